internal import PosternCommand
internal import PosternConfig
internal import PosternMCP

/// Puts back what configuration files held before an import.
package struct MCPRestore {
    package struct Restored: Encodable {
        let file: String
        /// `restored`, `restored already`, `forgotten` or `failed`.
        var state: String
        var reason: String?
        /// Agents and secrets that stay in the store.
        var agents: [String] = []
        var secrets: [String] = []

        /// Whether it is not as it was before the import.
        package var hasFailed: Bool { state == "failed" }
    }

    private let folder: BackupFolder
    private let backups: [Backup]

    package init(environment: [String: String] = Environment.all) throws {
        folder = try MCPRestore.folder(environment)
        backups = try folder.all()
    }

    /// Where backups are: below the user's state directory, whoever's the daemon is.
    static func folder(_ environment: [String: String]) throws -> BackupFolder {
        guard let state = StateDirectory.user(environment) else {
            throw CommandFailure("neither XDG_STATE_HOME nor HOME says where backups are")
        }
        return BackupFolder(path: "\(state)/mcp")
    }

    /// Where backups are, for people.
    package var place: String { folder.path }

    /// The files that were imported and not put back.
    package var files: [String] {
        backups.filter { !$0.isRestored }.map(\.path).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// All files of which anything is kept.
    package var everything: [String] { backups.map(\.path).reduce(into: []) { if !$0.contains($1) { $0.append($1) } } }

    /// What was done, a line for each file and for what stays in the store.
    package static func text(_ results: [Restored]) -> String {
        results.map { result in
            var lines = ["\(result.file): \(result.state)" + (result.reason.map { ", \($0)" } ?? "")]
            if !result.agents.isEmpty {
                lines.append("in the store stay agent \(result.agents.joined(separator: ", "))")
            }
            if !result.secrets.isEmpty { lines.append("and secret \(result.secrets.joined(separator: ", "))") }
            return lines.map { "postern: \(Printable.text($0))\n" }.joined()
        }.joined()
    }

    /// Puts files back; `forced` also those that were changed since.
    ///
    /// - Throws: ``CommandFailure`` for a file of which nothing is kept.
    package func run(_ named: [String], forced: Bool) throws -> [Restored] {
        try paths(named).map { path in
            do { return try restore(path, forced: forced) } catch {
                return Restored(file: path, state: "failed", reason: CommandFailure(error).message)
            }
        }
    }

    /// Deletes what is kept of files, and leaves the files.
    ///
    /// - Throws: ``CommandFailure`` for a file of which nothing is kept.
    package func forget(_ named: [String]) throws -> [Restored] {
        try paths(named).map { path in
            for backup in backups where backup.path == path { try folder.forget(backup) }
            return Restored(file: path, state: "forgotten")
        }
    }

    private func paths(_ named: [String]) throws -> [String] {
        var paths: [String] = []
        for name in named {
            let path = RealPath.of(name) ?? name
            guard backups.contains(where: { $0.path == path }) else {
                throw CommandFailure("nothing is kept of \(name)", hint: "`postern mcp restore` lists the files")
            }
            if !paths.contains(path) { paths.append(path) }
        }
        return paths
    }

    private func restore(_ path: String, forced: Bool) throws -> Restored {
        let open = backups.filter { $0.path == path && !$0.isRestored }
        var result = Restored(file: path, state: "restored already")
        guard let first = open.first else { return result }
        let file = try WatchedFile(path)
        if try !isBefore(file, open) {
            guard try forced || isAfter(file, open) else {
                throw CommandFailure("\(path) was changed since the import; --force discards that")
            }
            try file.checkReplaceable(forced: true)
            try file.replace(by: folder.before(first), as: first.attributes)
            result.state = "restored"
        }
        for backup in open { try folder.markRestored(backup) }
        for stored in open.flatMap(\.stored) {
            if !result.agents.contains(stored.agent) { result.agents.append(stored.agent) }
            result.secrets += stored.secrets.filter { !result.secrets.contains($0) }
        }
        return result
    }

    /// Whether the file is as it was before the first of them, as an import that was cut off leaves it.
    private func isBefore(_ file: WatchedFile, _ open: [Backup]) throws -> Bool {
        guard let first = open.first else { return false }
        return try file.bytes == folder.before(first) && file.attributes.mode == first.attributes.mode
    }

    /// Whether the file is as the last of them left it; one that was cut off left it as it found it.
    private func isAfter(_ file: WatchedFile, _ open: [Backup]) throws -> Bool {
        guard let last = open.last else { return false }
        return try file.bytes == folder.after(last) || file.bytes == folder.before(last)
    }
}
