internal import PosternCommand
internal import PosternControl
internal import PosternCore
internal import PosternMCP
internal import PosternSandbox

/// Moves the keys of MCP servers into the store, and the servers under `postern run`.
package struct MCPImport {
    /// What base URLs begin with, where nobody has asked the daemon.
    private static let address = "http://127.0.0.1:PORT/via/"

    let found: [MCPSelection.Found]
    private let isForced: Bool
    private let folder: BackupFolder
    /// What was found, and what became of it.
    package private(set) var report = MCPReport()

    /// Reads and decides; nothing is sent or written yet.
    package init(_ selection: MCPSelection, forced: Bool, environment: [String: String] = Environment.all) throws {
        found = try selection.read(environment: environment)
        isForced = forced
        folder = try MCPRestore.folder(environment)
        report.areNamed = selection.namesFiles
        for one in found { report.files.append(preview(one)) }
    }

    /// Whether there is anything to do.
    package var isNeeded: Bool { report.files.contains { $0.state == "would change" } }

    /// What will be done, with the difference in each file; secrets are masked.
    package func text(_ palette: Palette) -> String {
        var text = MCPText.plan(report, palette)
        for (index, one) in found.enumerated() where report.files[index].state == "would change" {
            guard case .success(let (file, plan)) = one.result else { continue }
            let lines = difference(file, plan)
            text += "\n" + lines.map { Printable.text($0.replacing("\t", with: "    ")) + "\n" }.joined()
        }
        return text
    }

    /// What became of it.
    package func outcome(_ palette: Palette) -> String {
        var done = report
        done.files.removeAll { $0.state != "changed" && $0.state != "failed" }
        return MCPText.plan(done, palette, withNotes: false)
    }

    /// Where what the files held is kept.
    package var backups: String { folder.path }

    /// Whether a file that was changed is below a git repository, and may have been committed with its keys.
    package var isUnderGit: Bool {
        zip(found, report.files).contains { one, shown in
            guard shown.state == "changed", case .success(let (file, _)) = one.result else { return false }
            let parts = file.path.split(separator: "/").dropLast()
            return parts.indices.contains { WatchedFile.exists("/\(parts[...$0].joined(separator: "/"))/.git") }
        }
    }

    /// Stores, then replaces the files, one after another; what goes wrong with one leaves it as it is.
    package mutating func run(_ session: ControlSession) {
        var storage = MCPStorage(session: session)
        for (index, one) in found.enumerated() where report.files[index].state == "would change" {
            guard case .success(let (file, plan)) = one.result else { continue }
            do { try act(file, plan, one.file, &storage, at: index) } catch {
                report.files[index].state = "failed"
                report.files[index].reason = CommandFailure(error).message
            }
        }
    }

    /// Whether `postern run` would not pass a variable on.
    private static func isHeldBack(_ name: String, _ value: String) -> Bool {
        EnvironmentRules.isSecret(name) && !KeyShape.isPlaceholder(Secret(value.utf8))
    }

    private func isTaken(_ server: ServerPlan) -> Bool { server.canBeStored(forced: isForced) }

    private func preview(_ one: MCPSelection.Found) -> MCPReport.File {
        var shown = MCPReport.File(file: one.file.path, client: one.file.client.rawValue, state: "unchanged")
        switch one.result {
        case .failure(let failure):
            let words = "not understood: "
            let isText = failure.message.hasPrefix(words)
            shown.state = isText ? "not understood" : "failed"
            shown.reason = isText ? String(failure.message.dropFirst(words.count)) : failure.message
        case .success(let (file, plan)):
            shown.servers = plan.servers.map { MCPReport.Server($0, isForced: isForced) }
            guard plan.servers.contains(where: isTaken) else { break }
            shown.state = "would change"
            do { try file.checkReplaceable(forced: isForced) } catch {
                shown.state = "failed"
                shown.reason = error.message
            }
        }
        return shown
    }

    private func difference(_ file: WatchedFile, _ plan: FilePlan) -> [String] {
        let (mark, key) = ("<placeholder>", "<key of the agent>")
        var known = [mark, key]
        var edits: [DocumentEdit] = []
        for server in plan.servers where isTaken(server) {
            let texts = server.secrets.map { secret in
                if case .unknown = secret.target { String?.none } else { server.isRemote ? key : mark }
            }
            let agent = server.agent ?? MCPNames.make("mcp", server.entry.name)
            let base = "\(MCPImport.address)\(agent)"
            known.insert(base, at: 0)
            let substitutes = FilePlan.Substitutes(agent: agent, texts: texts, baseURL: base)
            edits += plan.edits(server, substitutes, isHeldBack: MCPImport.isHeldBack)
        }
        return (try? MaskedDiff.text(file.path, plan.document, edits, showing: known)) ?? []
    }

    private mutating func act(
        _ file: WatchedFile,
        _ plan: FilePlan,
        _ client: ClientFile,
        _ storage: inout MCPStorage,
        at index: Int
    ) throws {
        var edits: [DocumentEdit] = []
        var stored: [Backup.Stored] = []
        var problem: String?
        for (place, server) in plan.servers.enumerated() where isTaken(server) {
            do {
                let done = try storage.store(server, of: file.path)
                edits += plan.edits(server, done.substitutes, isHeldBack: MCPImport.isHeldBack)
                report.files[index].servers[place].note(done)
                let names = done.secrets.compactMap { $0 }
                stored.append(
                    Backup.Stored(
                        server: server.entry.name,
                        agent: done.substitutes.agent,
                        secrets: names.reduce(into: []) { if !$0.contains($1) { $0.append($1) } },
                        provider: done.provider
                    )
                )
            } catch let failure as CommandFailure {
                problem = "\(server.entry.name): \(failure.message)"
                report.files[index].servers[place].fail(failure.message)
            }
        }
        if !edits.isEmpty { report.files[index].backup = try replace(file, plan, edits, client, stored) }
        report.files[index].state = problem == nil ? "changed" : "failed"
        report.files[index].reason = problem
    }

    /// Replaces a file once what it held is kept.
    private func replace(
        _ file: WatchedFile,
        _ plan: FilePlan,
        _ edits: [DocumentEdit],
        _ client: ClientFile,
        _ stored: [Backup.Stored]
    ) throws -> String {
        let edited = try plan.document.edited(by: edits)
        let backup = Backup(
            id: BackupFolder.newID(),
            path: file.path,
            client: client.client.rawValue,
            attributes: file.attributes,
            stored: stored
        )
        try folder.keep(backup, before: file.bytes, after: edited.bytes)
        do { try file.replace(by: edited.bytes) } catch {
            try? folder.forget(backup)
            throw error
        }
        return backup.id
    }
}

extension ServerPlan {
    /// Whether something of it can be stored, and it is not left as a whole; `forced` overrides a doubt, not a lack.
    func canBeStored(forced: Bool) -> Bool {
        guard !storable.isEmpty else { return false }
        return blocked == nil || forced && canBeForced
    }
}

extension MCPReport.Server {
    /// Notes what was stored.
    fileprivate mutating func note(_ done: MCPStorage.Done) {
        agent = done.substitutes.agent
        for (index, name) in done.secrets.enumerated() where name != nil {
            secrets[index].action = "stored"
            secrets[index].secret = name
            if secrets[index].provider == nil { secrets[index].provider = done.provider }
        }
    }

    /// Notes that nothing, or not all, could be stored.
    fileprivate mutating func fail(_ reason: String) {
        for index in secrets.indices where secrets[index].action == "to be stored" {
            secrets[index].action = "failed"
            secrets[index].reason = reason
        }
    }
}
