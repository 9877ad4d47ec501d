internal import PosternCommand
internal import PosternMCP

/// The servers that were found, and how each stands.
package struct MCPListing: Encodable {
    struct Entry: Encodable {
        let client: String
        let file: String
        let server: String?
        let group: String?
        let state: String
        let agent: String?
        let reason: String?
    }

    private let servers: [Entry]

    package init(_ selection: MCPSelection) throws {
        servers = try selection.read().flatMap(MCPListing.entries)
    }

    /// Whether there are none.
    package var isEmpty: Bool { servers.isEmpty }

    /// Whether one holds a secret in plain text.
    package var hasOpen: Bool { servers.contains { $0.state == ServerPlan.State.open.rawValue } }

    /// A line for each.
    package func table(_ palette: Palette) -> String {
        Table(
            ["CLIENT", "SERVER", "STATE", "FILE"],
            servers.map { entry in
                let name = entry.server.map { server in entry.group.map { "\(server) (\($0))" } ?? server }
                let tone: Palette.Tone =
                    switch entry.state {
                    case ServerPlan.State.open.rawValue: .bad
                    case ServerPlan.State.run.rawValue: .good
                    case ServerPlan.State.notUnderstood.rawValue: .attention
                    default: .plain
                    }
                let file = entry.reason.map { "\(entry.file): \($0)" } ?? entry.file
                return [Table.Cell(entry.client), Table.Cell(name), Table.Cell(entry.state, tone), Table.Cell(file)]
            }
        ).text(palette)
    }

    private static func entries(_ found: MCPSelection.Found) -> [Entry] {
        let client = found.file.client.rawValue
        switch found.result {
        case .failure(let failure):
            return [
                Entry(
                    client: client,
                    file: found.file.path,
                    server: nil,
                    group: nil,
                    state: ServerPlan.State.notUnderstood.rawValue,
                    agent: nil,
                    reason: failure.message.replacing("not understood: ", with: "")
                )
            ]
        case .success(let (_, plan)):
            return plan.servers.map { server in
                Entry(
                    client: client,
                    file: found.file.path,
                    server: server.entry.name,
                    group: server.entry.group.isEmpty ? nil : server.entry.group,
                    state: server.state.rawValue,
                    agent: server.agent,
                    reason: server.state == .notUnderstood ? server.blocked : nil
                )
            }
        }
    }
}
