internal import Glibc

/// How the file system looks from inside, in the order in which it is made so.
package struct SandboxFiles: Sendable {
    /// Where the wrapper puts files of its own.
    package static let directory = "/run/postern-sandbox"
    package static let bundlePath = directory + "/ca-bundle.pem"
    package static let authorityPath = directory + "/ca.pem"
    /// What is put behind the name of something made inside that programs outside would obey.
    package static let asideMark = ".from-sandbox"

    package private(set) var mounts: [SandboxMount] = []
    /// What a program outside would obey that finds it: where nothing is now, nothing made inside is to stay.
    package private(set) var obeyed: [String] = []
    private let caller: Caller

    /// Who starts a sandbox, and from where.
    package struct Caller: Sendable {
        package let userID: UInt32
        /// The home directories by their real paths: the one that variables name, and the user's.
        package let homes: [String]
        package let directory: String
        package let variables: [String: String]
        /// The device that is its terminal, such as `/dev/pts/3`, if it has one.
        package let terminal: String?

        package init(
            userID: UInt32,
            homes: [String],
            directory: String,
            variables: [String: String],
            terminal: String? = nil
        ) {
            self.userID = userID
            self.terminal = terminal
            self.homes = homes
            self.directory = directory
            self.variables = variables
        }
    }

    /// `hidden` is what else is not to be seen, such as where Postern keeps its own; `sockets` are those of programs outside;
    /// `bundle` the certificates to trust, as PEM, `nil` where there is no local authority; `standIns` are files of
    /// certificates, for which the bundle stands in where they are there; `kept` is what the caller wants to be there as it
    /// is.
    package init(
        for caller: Caller,
        hidden: [String],
        sockets: [String],
        bundle: (merged: [UInt8], authority: [UInt8])?,
        standIns: [String],
        kept: [(path: String, isReadOnly: Bool)]
    ) {
        self.caller = caller
        let secret = places(HiddenPlaces.inHome)
        let guarded = places(HiddenPlaces.guardedInHome) + commands
        mounts.append(.processes("/proc"))
        if caller.userID == 0 { mounts += HiddenPlaces.kernel.map { .readOnly($0) } }
        let planted = guarded + places(HiddenPlaces.obeyedInHome)
        var trail = LinkTrail()
        let names = Dictionary(
            (secret + guarded + hidden).map { ($0, trail.names(of: $0)) },
            uniquingKeysWith: { first, _ in first }
        )
        // Where a name is a link, so that it leads elsewhere can be changed at each step.
        let steps = names.values.flatMap { $0.dropLast() }
        mounts += (parents(of: names.values.flatMap { $0 }) + steps.sorted()).map { .pinned($0) }
        mounts += HiddenPlaces.emptied.map { .empty($0.path, mode: $0.mode) }
        mounts += HiddenPlaces.devices(terminal: caller.terminal)
        mounts.append(.directory(caller.runtimeDirectory, mode: 0o700))
        mounts += (secret + HiddenPlaces.system + hidden).map { .hidden($0) }
        mounts += (named + sockets).filter { !isEmptied($0) }.map { .hidden($0) }
        mounts += guarded.map { .readOnly($0) }
        mounts.append(.directory(SandboxFiles.directory, mode: 0o755))
        if let bundle {
            mounts.append(.file(SandboxFiles.bundlePath, contents: bundle.merged))
            mounts.append(.file(SandboxFiles.authorityPath, contents: bundle.authority))
            mounts += standIns.map { .standIn(SandboxFiles.bundlePath, for: $0) }
        }
        // Somebody outside may have made it, with keys in it, while something ran.
        mounts += planted.map { .hidden($0 + SandboxFiles.asideMark) }
        if isEmptied(caller.directory), !isShared(caller.directory) {
            mounts.append(.kept(caller.directory, isReadOnly: false))
        }
        mounts += kept.map { .kept($0.path, isReadOnly: $0.isReadOnly) }
        obeyed = Set(planted.flatMap { names[$0] ?? [$0] }).sorted().filter { path in
            !kept.contains { SandboxFiles.isBelow(path, $0.path) }
        }
    }

    /// Whether a path is in a directory that is empty inside.
    package func isEmptied(_ path: String) -> Bool {
        HiddenPlaces.emptied.contains { SandboxFiles.isBelow(path, $0.path) }
    }

    /// Whether a directory is one in which everybody has something.
    private func isShared(_ path: String) -> Bool {
        path == HiddenPlaces.sharedMemory || HiddenPlaces.emptied.contains { $0.path == path }
    }

    private static func isBelow(_ path: String, _ directory: String) -> Bool {
        path == directory || path.hasPrefix(directory + "/")
    }

    private func home(of path: String) -> String? { caller.homes.first { path.hasPrefix($0 + "/") } }

    /// Directories of the caller's own from which it runs programs, but for those of what it is working on.
    private var commands: [String] {
        let path = caller.variables["PATH"] ?? ""
        return path.split(separator: ":").map(String.init).filter { directory in
            let real = RealPath.of(directory) ?? directory
            let isWorkedOn = !caller.homes.contains(caller.directory) && SandboxFiles.isBelow(real, caller.directory)
            return home(of: real) != nil && !isWorkedOn
        }
    }

    /// The directories that these are in, from the top down: of home directories, and others that this user could move away.
    private func parents(of paths: [String]) -> [String] {
        var found: Set<String> = []
        for path in paths {
            let home = home(of: path)
            var rest = path[...]
            while let slash = rest.lastIndex(of: "/"), slash > rest.startIndex {
                rest = rest[..<slash]
                let directory = String(rest)
                if home != nil || SandboxFiles.canBeMoved(directory), !isEmptied(directory) { found.insert(directory) }
                if directory == home { break }
            }
        }
        return found.sorted()
    }

    private static func canBeMoved(_ directory: String) -> Bool {
        let above = directory.lastIndex(of: "/").map { String(directory[..<$0]) } ?? ""
        return access(above.isEmpty ? "/" : above, W_OK) == 0
    }

    private func places(_ names: [String]) -> [String] {
        caller.homes.flatMap { home in names.map { "\(home)/\($0)" } }
    }

    /// Sockets that variables name, wherever they are.
    private var named: [String] {
        ["SSH_AUTH_SOCK", "GPG_AGENT_INFO", "DOCKER_HOST", "DBUS_SESSION_BUS_ADDRESS", "PULSE_SERVER"].compactMap {
            name in
            guard var path = caller.variables[name] else { return nil }
            for prefix in ["unix://", "unix:path=", "unix:"] where path.hasPrefix(prefix) {
                path.removeFirst(prefix.count)
                break
            }
            let end = path.firstIndex { $0 == "," || $0 == ":" || $0 == ";" } ?? path.endIndex
            return path.hasPrefix("/") ? String(path[..<end]) : nil
        }
    }
}

extension SandboxFiles.Caller {
    /// The user's directory for sockets and the like, which is a new one inside.
    package var runtimeDirectory: String { "/run/user/\(userID)" }
}
