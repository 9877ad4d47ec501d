/// Finds the servers of a document.
package enum ServerFinder {
    /// The servers, in the order of the text.
    ///
    /// - Throws: ``DocumentFault`` if it cannot be said which servers a client would see.
    package static func servers(in document: EditableDocument, of client: MCPClient) throws(DocumentFault)
        -> [ServerEntry]
    {
        guard document.root.members != nil else { throw DocumentFault("it is not a table") }
        var entries: [ServerEntry] = []
        for group in client.groups { entries += try find(group[...], in: document.root, above: []) }
        // `mcp` of opencode is the table above `servers` of VS Code: what is taken as a server there holds the servers.
        let groups = Set(entries.map { Array($0.path.dropLast()) })
        return entries.filter { !groups.contains($0.path) }
    }

    private static func find(
        _ pattern: ArraySlice<String?>,
        in value: SpannedValue,
        above path: [String]
    ) throws(DocumentFault) -> [ServerEntry] {
        guard let step = pattern.first else {
            guard let members = value.members else { return [] }
            guard Set(members.map(\.name)).count == members.count else {
                throw DocumentFault("two servers of one name in `\(path.last ?? "")`")
            }
            return members.map { ServerEntry(name: $0.name, group: path, value: $0.value) }
        }
        let rest = pattern.dropFirst()
        if let step {
            guard let member = try value.member(step) else { return [] }
            return try find(rest, in: member.value, above: path + [step])
        }
        guard let members = value.members else { return [] }
        guard Set(members.map(\.name)).count == members.count else { throw DocumentFault("two members of one name") }
        var entries: [ServerEntry] = []
        for member in members { entries += try find(rest, in: member.value, above: path + [member.name]) }
        return entries
    }
}
