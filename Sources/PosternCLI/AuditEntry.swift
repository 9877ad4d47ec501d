internal import PosternAudit

/// One record of the log, taken apart for people.
package struct AuditEntry: Sendable {
    /// A member, its value as printable text.
    package struct Member: Hashable, Sendable {
        package let name: String
        package let value: String
    }

    /// The line as it stands in the log, printable.
    package let json: String
    package let members: [Member]
    /// Whether the line is well-formed; one that is not was not written by Postern.
    package let isRecord: Bool

    /// Reads a line.
    package init(_ line: UnsafeRawBufferPointer) {
        json = Printable.json(line)
        var reader = FlatJSON(line)
        var members: [Member] = []
        while let (name, value) = reader.next() {
            let text =
                switch value {
                case .string(let text): Printable.text(FlatJSON.unescape(text))
                case .number(let number): String(number)
                case .boolean(let isTrue): isTrue ? "true" : "false"
                }
            members.append(Member(name: Printable.text(name), value: text))
        }
        self.members = members
        isRecord = reader.isWellFormed && !members.isEmpty
    }

    /// The value of a member.
    package subscript(_ name: String) -> String? { members.first { $0.name == name }?.value }

    /// The value of a member that is a number.
    package func number(_ name: String) -> Int? { self[name].flatMap { Int($0) } }
}
