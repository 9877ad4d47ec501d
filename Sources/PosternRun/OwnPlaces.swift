internal import Glibc
internal import PosternCommand

/// Where a user keeps what is Postern's: a configuration, and state, in which `postern mcp import` leaves what it took out of
/// files, whoever runs the daemon.
struct OwnPlaces {
    let paths: [String]
    /// Those that a daemon of this user would use.
    private let used: [String]

    /// Those that variables name, and those where they are when none does; `homes` are real paths, the first that of `HOME`.
    init(in homes: [String], environment: [String: String]) {
        let usual = homes.flatMap { ["\($0)/.config/postern", "\($0)/.local/state/postern"] }
        let named = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 + "/postern" : nil }
        used = [named ?? usual.first, StateDirectory.user(environment)].compactMap { $0 }
        paths = usual + used.filter { !usual.contains($0) }
    }

    /// Makes directories of those that are used and not there, since only what is there can be hidden: others could be made
    /// inside, and be taken for the user's.
    func make() { for path in used { OwnPlaces.make(path) } }

    private static func make(_ path: String) {
        guard mkdir(path, 0o700) != 0, errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex
        else { return }
        make(String(path[..<slash]))
        mkdir(path, 0o700)
    }
}
