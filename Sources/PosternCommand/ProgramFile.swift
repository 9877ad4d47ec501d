internal import Glibc

/// Programs of Postern, which are installed beside one another.
package enum ProgramFile {
    /// Where a program is that lies beside this one; `nil` where this one's own place is not known, as without /proc.
    package static func beside(_ name: String) -> String? {
        guard let own = realpath("/proc/self/exe", nil) else { return nil }
        defer { free(own) }
        let path = String(cString: own)
        return path.lastIndex(of: "/").map { path[...$0] + name }
    }

    /// Finds a program beside this one, else in `PATH`.
    package static func find(
        _ name: String,
        environment: [String: String] = Environment.all
    ) throws(CommandFailure) -> String {
        let searched = (environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
        let candidates = [beside(name)].compactMap { $0 } + searched.map { "\($0)/\(name)" }
        guard let found = candidates.first(where: { access($0, X_OK) == 0 }) else {
            throw CommandFailure("\(name) is neither beside this program nor in PATH", hint: "install it")
        }
        return found
    }
}
