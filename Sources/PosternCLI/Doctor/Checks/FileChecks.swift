internal import Glibc
internal import PosternCore

/// The configuration, and who may touch the files of the state directory.
struct FileChecks {
    let installation: Installation

    func configuration() -> Finding {
        let name = "configuration"
        let path = installation.configurationPath
        let report = installation.configuration
        if report.isSound { return .ok(name, "\(path) is sound") }
        if access(path, F_OK) != 0, errno == ENOENT {
            let other = (try? installation.status.get()) != nil ? "name it: --config FILE" : "make one: `postern init`"
            return .fail(name, "there is no \(path)", fix: other)
        }
        guard access(path, R_OK) == 0 else { return .forbidden(name, path) }
        let problem = report.problems[0]
        let place = problem.line.map { "\(problem.file):\($0)" } ?? problem.file
        let more = report.problems.count > 1 ? " (and \(report.problems.count - 1) more)" : ""
        let all = "`postern config check --config \(path)` says every problem"
        return .fail(name, "\(place): \(problem.reason)\(more)", fix: problem.hint.map { "\($0); \(all)" } ?? all)
    }

    func state() -> Finding {
        let name = "state directory"
        let path = installation.stateDirectory
        switch FileLook(following: path) {
        case .absent: return .fail(name, "there is no \(path)", fix: "posternd makes it on its first start")
        case .forbidden: return .forbidden(name, path)
        case .failed(let reason): return .fail(name, "\(path): \(reason)", fix: nil)
        case .found(let status):
            guard status.st_mode & S_IFMT == S_IFDIR else { return .fail(name, "\(path) is no directory", fix: nil) }
            guard status.st_mode & 0o022 == 0 else {
                return .fail(name, "\(path) may be changed by other users", fix: "chmod 0700 \(path)")
            }
            return status.st_mode & 0o077 == 0
                ? .ok(name, "\(path), for uid \(status.st_uid) alone")
                : .warn(name, "\(path) may be entered by other users", fix: "chmod 0700 \(path)")
        }
    }

    /// All files that lie in the state directory and that of the authority: keys, the store, the certificate.
    func keys() -> Finding {
        let name = "keys and store"
        let directory = installation.stateDirectory
        let look = FileLook(following: directory)
        guard case .found(let owner) = look else {
            if case .absent = look { return .skip(name, "there is no \(directory)") }
            return .forbidden(name, directory)
        }
        var count = 0
        for place in [directory, directory + "/ca"] {
            guard let entries = FileLook.names(in: place) else {
                if errno == ENOENT { continue }
                return .forbidden(name, place)
            }
            for path in entries.map({ "\(place)/\($0)" }) {
                guard case .found(let status) = FileLook(path), status.st_mode & S_IFMT == S_IFREG else { continue }
                count += 1
                guard status.st_uid == 0 || status.st_uid == owner.st_uid else {
                    let fix = "chown \(owner.st_uid):\(owner.st_gid) \(path)"
                    return .fail(name, "\(path) belongs to uid \(status.st_uid)", fix: fix)
                }
                let isPublic = path.hasSuffix(".pem")
                guard status.st_mode & (isPublic ? 0o022 : 0o077) == 0 else {
                    let may = isPublic ? "changed" : "read or changed"
                    let fix = "chmod \(isPublic ? "0644" : "0600") \(path)"
                    return .fail(name, "\(path) may be \(may) by other users", fix: fix)
                }
            }
        }
        return .ok(name, "\(count) files, for their owner alone")
    }
}
