internal import PosternCertificates
internal import PosternCommand
internal import PosternCore

/// The local authority, and who trusts it.
struct AuthorityChecks {
    private static let warningDays: Int64 = 30
    private static let day: Int64 = 86_400 * 1_000_000_000

    private let result: Result<AuthorityCertificate, AuthorityError>
    private let path: String

    init(stateDirectory: String) {
        let directory = AuthorityDirectory(stateDirectory: stateDirectory)
        path = directory.certificatePath
        do throws(AuthorityError) { result = .success(try AuthorityCertificate(reading: directory)) } catch {
            result = .failure(error)
        }
    }

    func certificate() -> Finding {
        let name = "authority"
        switch result {
        case .failure(.absent): return .fail(name, "there is no \(path)", fix: "posternd makes it on its first start")
        case .failure(let error):
            if case .system(_, _, let code) = error, FileLook.isForbidden(code) { return .forbidden(name, path) }
            return .fail(name, error.description, fix: error.hint)
        case .success(let certificate):
            let now = Output.now()
            do throws(AuthorityError) { try certificate.checkTime(now) } catch {
                return .fail(name, error.description, fix: error.hint)
            }
            let end = Timestamp.text(certificate.notAfter).prefix(10)
            guard certificate.notAfter - now > AuthorityChecks.warningDays * AuthorityChecks.day else {
                let fix = "remove \(path) and its key, restart posternd, and give clients the new certificate"
                return .warn(name, "\(path) is valid until \(end) only", fix: fix)
            }
            return .ok(name, "\(path), valid until \(end)")
        }
    }

    func systemTrust() -> Finding {
        let name = "system's trust"
        guard case .success(let certificate) = result else { return .skip(name, "there is no certificate to look for") }
        let roots: [[UInt8]]
        do throws(CommandFailure) { roots = try RootCertificates.system() } catch {
            return .warn(name, error.message, fix: error.hint ?? "install the package ca-certificates")
        }
        return roots.contains(certificate.der)
            ? .warn(
                name,
                "every program of this machine trusts the authority",
                fix:
                    "agents alone need it, and `postern run` gives it to them: take it out of the system's certificates"
            )
            : .ok(name, "\(roots.count) authorities, and not ours: `postern run` gives it to agents alone")
    }
}
