/// Records as lines of aligned columns.
package struct AuditTable {
    private static let titles = ["TIME", "EVENT", "AGENT", "STATUS", "TOOK", "REQUEST", "ABOUT", "ID"]
    /// A request takes at most so many columns; `postern audit show` has all of it.
    private static let maxWidth = 72

    private var widths = AuditTable.titles.map(\.count)

    package init() {}

    /// The line with the titles.
    package mutating func header() -> String { align(AuditTable.titles) }

    /// Makes the columns wide enough for records that will be printed together.
    package mutating func fit(_ entries: [AuditEntry]) {
        for entry in entries {
            for (index, cell) in AuditTable.cells(entry).enumerated() { widths[index] = max(widths[index], cell.count) }
        }
    }

    /// The line for a record.
    ///
    /// A cell that is wider than its column widens it for the lines below.
    package mutating func row(_ entry: AuditEntry) -> String {
        fit([entry])
        return align(AuditTable.cells(entry))
    }

    private func align(_ cells: [String]) -> String {
        let padded = zip(cells, widths).map { cell, width in
            cell + String(repeating: " ", count: max(0, width - cell.count))
        }
        let line = padded.joined(separator: "  ")
        return String(line[..<(line.lastIndex { $0 != " " }.map { line.index(after: $0) } ?? line.startIndex)])
    }

    private static func cells(_ entry: AuditEntry) -> [String] {
        guard entry.isRecord else { return ["-", "damaged", "", "", "", shortened(entry.json), "not a record", ""] }
        let request =
            isAct(entry)
            ? subject(entry)
            : [entry["http.request.method"], entry["url.full"]]
                .compactMap { $0 }.joined(separator: " ")
        return [
            entry["@timestamp"].map { String($0.prefix(19)) + "Z" } ?? "-",
            entry["event.action"] ?? "-",
            entry["postern.agent"] ?? "-",
            entry["http.response.status_code"] ?? "-",
            entry.number("event.duration").map(duration) ?? "-",
            shortened(request.isEmpty ? "-" : request),
            shortened(about(entry)),
            entry["http.request.id"] ?? "#" + (entry["event.sequence"] ?? ""),
        ]
    }

    /// Whether an operator did it, rather than an agent.
    private static func isAct(_ entry: AuditEntry) -> Bool { entry["user.id"] != nil || entry["user.name"] != nil }

    /// What an operator did something to, beside an agent.
    private static func subject(_ entry: AuditEntry) -> String {
        ["key", "secret", "provider", "grant", "user", "approval"].compactMap { noun in
            entry["postern.\(noun)"].map { "\(noun) \($0)" }
        }.joined(separator: ", ")
    }

    /// What matters most of a record: why not, by which right, or by whom.
    private static func about(_ entry: AuditEntry) -> String {
        var why = [entry["error.code"], entry["event.reason"]].compactMap { $0 }.joined(separator: ": ")
        if isAct(entry) {
            let name = entry["user.name"] ?? entry["user.id"].map { "user \($0)" } ?? ""
            why = why.isEmpty ? "by \(name)" : "by \(name): \(why)"
        }
        if !why.isEmpty { return why }
        if let right = entry["postern.grant"] ?? entry["postern.rule"] { return right }
        let counts = ["agent", "provider", "grant"].compactMap { noun in
            entry["postern.\(noun)s"].map { "\($0) \(noun)\($0 == "1" ? "" : "s")" }
        }
        return counts.isEmpty ? "-" : counts.joined(separator: ", ")
    }

    private static func shortened(_ text: String) -> String {
        text.count <= maxWidth ? text : text.prefix(maxWidth - 3) + "..."
    }

    /// Nanoseconds in the unit that leaves few digits.
    package static func duration(_ nanoseconds: Int) -> String {
        switch nanoseconds {
        case ..<1_000_000: "\(nanoseconds / 1000) us"
        case ..<10_000_000: "\(nanoseconds / 1_000_000).\(nanoseconds / 100_000 % 10) ms"
        case ..<10_000_000_000: "\(nanoseconds / 1_000_000) ms"
        default: "\(nanoseconds / 1_000_000_000) s"
        }
    }
}
