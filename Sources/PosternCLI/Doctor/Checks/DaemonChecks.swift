internal import Glibc
internal import PosternControl
internal import PosternCore
internal import PosternSandbox

/// The daemon, as it says itself and as it can be reached.
struct DaemonChecks {
    let installation: Installation

    func findings() -> [Finding] {
        let first = [daemon(), controlSocket(), runSocket()]
        guard case .success(let status) = installation.status else { return first + [store(), freePorts()] }
        return first + [store(), audit(status), listeners(status)]
    }

    private func daemon() -> Finding {
        let name = "daemon"
        switch installation.status {
        case .success(let status) where status.version != Version.current:
            let detail = "posternd is \(status.version), postern is \(Version.current)"
            return .fail(name, detail, fix: "install both of one version, and restart posternd")
        case .success(let status):
            return .ok(name, "posternd \(status.version) answers, process \(status.processID)")
        case .failure(.permissionDenied(let path)): return .forbidden(name, path)
        case .failure(.notRunning(let path)):
            let start = getuid() == 0 ? "systemctl enable --now posternd" : "posternd --user"
            return .fail(name, "posternd does not listen on \(path)", fix: "start it: \(start); or name its --socket")
        case .failure(let error): return .fail(name, error.description, fix: error.hint)
        }
    }

    private func controlSocket() -> Finding {
        let name = "control socket"
        let path = installation.socketPath
        switch FileLook(following: path) {
        case .absent: return .skip(name, "there is no \(path)")
        case .forbidden: return .forbidden(name, path)
        case .failed(let reason): return .fail(name, "\(path): \(reason)", fix: nil)
        case .found(let status):
            guard status.st_mode & S_IFMT == S_IFSOCK else {
                return .fail(name, "\(path) is no socket", fix: "rm \(path)")
            }
            guard status.st_mode & 0o007 == 0 else {
                return .fail(name, "every user may open \(path)", fix: "chmod 0600 \(path)")
            }
            return .ok(name, "\(path), mode 0\(String(status.st_mode & 0o777, radix: 8))")
        }
    }

    private func runSocket() -> Finding {
        let name = "run socket"
        guard let path = installation.runSocket else {
            return .ok(name, "is switched off: nobody uses `postern run`")
        }
        do throws(RunAnswer.Refusal) {
            _ = try RunChannel(path: path)
            return .ok(name, "\(path) takes connections")
        } catch {
            if (try? installation.status.get()) == nil { return .skip(name, error.message) }
            return error.code == RunChannel.forbidden
                ? .forbidden(name, path) : .fail(name, error.message, fix: error.hint)
        }
    }

    private func store() -> Finding {
        let name = "store"
        guard (try? installation.status.get()) != nil else {
            return .skip(name, "posternd looks through its store while it runs")
        }
        do throws(ControlError) {
            let answer: StoreCheckAnswer = try installation.client.call(.post, "/v1/store/check")
            guard let first = answer.problems.first else { return .ok(name, "is sound") }
            let more = answer.problems.count > 1 ? " (and \(answer.problems.count - 1) more)" : ""
            return .fail(name, first + more, fix: "restore the state directory from a backup")
        } catch { return .fail(name, error.description, fix: error.hint) }
    }

    private func audit(_ status: StatusAnswer) -> Finding {
        status.auditIsWritable
            ? .ok("audit log", "takes records")
            : .fail(
                "audit log",
                "takes no records, so that requests are refused",
                fix: "look at the log of posternd, and for room in \(status.stateDirectory)/audit"
            )
    }

    private func listeners(_ status: StatusAnswer) -> Finding {
        let name = "listeners"
        var hidden: [String] = []
        for listener in status.listeners {
            let error = Reach.error(listener.address)
            if error == EACCES || error == EPERM {
                hidden.append(listener.address)
            } else if error != 0 {
                let reason = String(cString: strerror(error)).lowercased()
                let fix = "look at the log of posternd; is a firewall between?"
                return .fail(name, "\(listener.address) cannot be reached: \(reason)", fix: fix)
            }
        }
        if !hidden.isEmpty { return .skip(name, "you may not open \(hidden.joined(separator: ", "))") }
        let addresses = status.listeners.map(\.address)
        return .ok(name, addresses.isEmpty ? "none: sandboxes only" : "\(addresses.joined(separator: ", ")) answer")
    }

    /// Without a daemon: whether another program has its place.
    private func freePorts() -> Finding {
        let name = "listeners"
        guard let settings = installation.configuration.configuration?.settings else {
            return .skip(name, "the configuration would say which")
        }
        for listener in settings.listeners {
            guard case .tcp(let endpoint) = listener.address, endpoint.port != 0 else { continue }
            if Reach.error(endpoint.description) == 0, case .failure(.notRunning) = installation.status {
                let fix = "end it (`ss -ltnp` names it), or change `listen`"
                return .fail(name, "another program listens on \(endpoint)", fix: fix)
            }
        }
        return .skip(name, "posternd does not serve any yet")
    }
}
