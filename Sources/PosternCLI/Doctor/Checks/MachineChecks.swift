internal import CLinux
internal import Glibc
internal import PosternControl
internal import PosternCore
internal import PosternSandbox

/// What the kernel, the clock, the disk and the environment have to do with it.
struct MachineChecks {
    private static let leastDescriptors = 4096
    private static let scarceBytes: UInt64 = 64 << 20
    private static let lowBytes: UInt64 = 512 << 20

    let installation: Installation

    func findings() -> [Finding] {
        [namespaces(), kernel(), clock(), room(), descriptors(), credentials()]
    }

    private func namespaces() -> Finding {
        guard let obstacle = SandboxStart.probe() else {
            return .ok("namespaces", "you may make them, so that `postern run` contains programs")
        }
        return .fail("namespaces", obstacle.message, fix: obstacle.hint)
    }

    private func kernel() -> Finding {
        let name = "kernel"
        let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(probe) }
        var cookie: UInt64 = 0
        guard postern_network_namespace(probe, &cookie) == 0 else {
            let detail = "it does not say which network a socket is of, so that `postern run` is refused"
            return .fail(name, detail, fix: "run Linux 5.14 or newer")
        }
        return SandboxStart.forbidsSignalsOutwards
            ? .ok(name, "has all that sandboxes use")
            : .warn(
                name,
                "programs in sandboxes may send signals to your others",
                fix: "run Linux 6.12 or newer, with Landlock"
            )
    }

    private func clock() -> Finding {
        switch postern_clock_is_synchronised() {
        case 1: .ok("clock", "is kept in step")
        case 0:
            .warn(
                "clock",
                "is not kept in step with others; certificates, tokens and hours of grants go by it",
                fix: "timedatectl set-ntp true, or the host's clock where this is a container"
            )
        default: .skip("clock", "the kernel does not say whether it is kept in step")
        }
    }

    private func room() -> Finding {
        let name = "disk"
        var least: (path: String, bytes: UInt64)?
        for path in [installation.stateDirectory, installation.stateDirectory + "/audit"] {
            var status = statvfs()
            guard statvfs(path, &status) == 0 else { continue }
            let isRoot = getuid() == 0
            let blocks = UInt64(isRoot ? status.f_bfree : status.f_bavail)
            let hasInodes = status.f_files == 0 || status.f_favail > 0
            let bytes = hasInodes ? blocks * UInt64(status.f_frsize) : 0
            if least.map({ bytes < $0.bytes }) ?? true { least = (path, bytes) }
        }
        guard let least else {
            return .skip(name, "\(installation.stateDirectory) is not there, or not for you to look at")
        }
        let detail = "\(least.bytes >> 20) MiB are free at \(least.path)"
        let fix = "make room: without an audit record no request goes out"
        if least.bytes < MachineChecks.scarceBytes { return .fail(name, detail, fix: fix) }
        return least.bytes < MachineChecks.lowBytes ? .warn(name, detail, fix: fix) : .ok(name, detail)
    }

    private func descriptors() -> Finding {
        let name = "open files"
        let process = (try? installation.status.get()).map { String($0.processID) } ?? "self"
        let limits = FileLook.text(of: "/proc/\(process)/limits")
        guard let line = limits.split(separator: "\n").first(where: { $0.hasPrefix("Max open files") }),
            let limit = line.split(separator: " ").dropFirst(4).first
        else { return .skip(name, "you may not see the limits of posternd") }
        let whose = process == "self" ? "you" : "posternd"
        guard let number = Int(limit), number < MachineChecks.leastDescriptors else {
            return .ok(name, "\(limit) at once for \(whose)")
        }
        return .warn(
            name,
            "\(limit) at once for \(whose): each client connection takes two",
            fix: "LimitNOFILE=65536 in the unit, or ulimit -Hn"
        )
    }

    /// Names alone are told.
    private func credentials() -> Finding {
        let name = "environment"
        let found = installation.environment.keys.sorted().filter { variable in
            let value = Secret((installation.environment[variable] ?? "").utf8)
            if case .provider = ImportTarget(variable: variable, value: value) { return true }
            return false
        }
        guard !found.isEmpty else { return .ok(name, "holds no credential of a known provider") }
        return .warn(
            name,
            "holds credentials in clear: \(found.joined(separator: ", "))",
            fix: "`postern secret add` each, and take it out of the environment; `postern run` does not pass it on"
        )
    }
}
