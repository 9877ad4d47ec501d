internal import PosternCommand
internal import PosternMCP

/// What an import found and did, for people.
enum MCPText {
    /// The rows of all files: a line for each secret, and for what is left.
    static func plan(_ report: MCPReport, _ palette: Palette, withNotes: Bool = true) -> String {
        report.files.map { file in
            var text = "\(Printable.text(file.file)) (\(file.client)): \(Printable.text(file.state))"
            if let reason = file.reason { text += ", \(Printable.text(reason))" }
            text += "\n"
            let rows = file.servers.flatMap(rows)
            if !rows.isEmpty { text += Table(["SERVER", "PLACE", "WHAT"], rows).text(palette) }
            for server in file.servers where withNotes {
                text += server.notes.map { Printable.text("note: \(server.server): \($0)") + "\n" }.joined()
            }
            return text
        }.joined(separator: "\n")
    }

    private static func rows(_ server: MCPReport.Server) -> [[Table.Cell]] {
        let name = server.group.map { "\(server.server) (\($0))" } ?? server.server
        var rows: [[Table.Cell]] = server.secrets.map { secret in
            [Table.Cell(name), Table.Cell(secret.place), what(secret, server)]
        }
        rows += server.left.map { [Table.Cell(name), Table.Cell($0.place), Table.Cell("left: \($0.reason)")] }
        if rows.isEmpty { rows.append([Table.Cell(name), "-", Table.Cell(server.reason ?? server.state)]) }
        return rows
    }

    private static func what(_ secret: MCPReport.Server.Secret, _ server: MCPReport.Server) -> Table.Cell {
        let target = secret.provider.map { "for \($0)" } ?? secret.reason ?? ""
        switch secret.action {
        case "stored": return Table.Cell("stored as \(secret.secret ?? ""), \(target)", .good)
        case "asks":
            return Table.Cell(
                "asks: \(secret.reason ?? ""); say --provider \(server.server).\(secret.name)=PROVIDER",
                .attention
            )
        case "left": return Table.Cell("left: \(server.reason ?? ""); --force takes it", .attention)
        case "failed": return Table.Cell("failed: \(secret.reason ?? "")", .bad)
        default: return Table.Cell("to be stored, \(target)", .good)
        }
    }
}
