internal import PosternAudit
internal import PosternCommand

/// One record of the log, taken apart for people when it is asked for something.
package struct AuditEntry: Sendable {
    /// A member, its value as printable text.
    package struct Member: Hashable, Sendable {
        package let name: String
        package let value: String
    }

    private let line: [UInt8]
    /// Whether the line is well-formed; one that is not was not written by Postern.
    package let isRecord: Bool

    /// Keeps a line.
    package init(_ line: UnsafeRawBufferPointer) {
        self.line = Array(line)
        var reader = FlatJSON(line)
        var count = 0
        while reader.next() != nil { count += 1 }
        isRecord = reader.isWellFormed && count > 0
    }

    /// The line as it stands in the log, made printable.
    package var json: String { line.withUnsafeBytes { Printable.json($0) } }

    /// All members in order.
    package var members: [Member] {
        line.withUnsafeBytes { line in
            FlatJSON(line).map { Member(name: Printable.text($0), value: AuditEntry.text($1)) }
        }
    }

    /// The value of a member as printable text.
    package subscript(_ name: String) -> String? {
        line.withUnsafeBytes { line in
            FlatJSON(line).first { $0.name.elementsEqual(name.utf8) }.map { AuditEntry.text($0.value) }
        }
    }

    /// The value of a member that is a number.
    package func number(_ name: String) -> Int? { self[name].flatMap { Int($0) } }

    private static func text(_ value: FlatJSON.Value) -> String {
        switch value {
        case .string(let text): Printable.text(FlatJSON.unescape(text))
        case .number(let number): String(number)
        case .boolean(let isTrue): isTrue ? "true" : "false"
        }
    }
}
