internal import Glibc

/// Where the daemon keeps its state when the command line does not say.
package enum StateDirectory {
    /// The system's.
    package static let system = "/var/lib/postern"

    /// Chooses the directory that holds what is looked for, such as an audit log in `audit`: for root the system's
    /// before the user's own, for others the other way round.
    ///
    /// Where neither holds it, it is the first that is there, or would be.
    package static func choose(
        holding name: String,
        environment: [String: String] = Environment.all,
        isRoot: Bool = getuid() == 0,
        exists: (String) -> Bool = { access($0, F_OK) == 0 }
    ) -> String {
        let candidates = (isRoot ? [system, user(environment)] : [user(environment), system]).compactMap { $0 }
        return candidates.first { exists($0 + "/" + name) } ?? candidates.first(where: exists) ?? candidates.first
            ?? system
    }

    /// `$XDG_STATE_HOME/postern`, by default `~/.local/state/postern`.
    ///
    /// XDG Base Directory Specification: a relative path is to be ignored.
    package static func user(_ environment: [String: String]) -> String? {
        if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") { return state + "/postern" }
        return environment["HOME"].map { $0 + "/.local/state/postern" }
    }
}
