/// A value of a document, and where it is written.
package struct SpannedValue: Sendable {
    /// What it is.
    package indirect enum Content: Sendable {
        /// A string, decoded.
        case text(String)
        case list([SpannedValue])
        case table([SpannedMember])
        /// A number, a boolean, a date or null, which nothing here looks into.
        case other
    }

    package let content: Content
    /// Its bytes, quotes and brackets included; of a table of TOML that is written in several places, nothing to rely on.
    package let range: Range<Int>

    /// The text of a string.
    package var text: String? { if case .text(let text) = content { text } else { nil } }

    /// The elements of a list.
    package var elements: [SpannedValue]? { if case .list(let elements) = content { elements } else { nil } }

    /// The members of a table, in order.
    package var members: [SpannedMember]? { if case .table(let members) = content { members } else { nil } }

    /// The one member of a name; `nil` if there is none.
    ///
    /// - Throws: ``DocumentFault`` if there are two: which of them a program takes differs from one to the next.
    package func member(_ name: String) throws(DocumentFault) -> SpannedMember? {
        let found = (members ?? []).filter { $0.name == name }
        guard found.count < 2 else { throw DocumentFault("two members of one name") }
        return found.first
    }

    /// The value at the end of a path; `nil` if the path leads nowhere.
    package func value(at path: [PathStep]) throws(DocumentFault) -> SpannedValue? {
        var value = self
        for step in path {
            switch step {
            case .member(let name):
                guard let next = try value.member(name) else { return nil }
                value = next.value
            case .index(let index):
                guard let elements = value.elements, elements.indices.contains(index) else { return nil }
                value = elements[index]
            }
        }
        return value
    }

    /// Whether a table in it, however deep, has two members of one name.
    package var hasRepeatedNames: Bool {
        switch content {
        case .text, .other: return false
        case .list(let elements): return elements.contains { $0.hasRepeatedNames }
        case .table(let members):
            return Set(members.map(\.name)).count < members.count || members.contains { $0.value.hasRepeatedNames }
        }
    }
}

/// A named value of a table.
package struct SpannedMember: Sendable {
    /// How a neighbour of it would be written.
    enum Setting: Sendable {
        /// Between commas in braces of JSON.
        case json
        /// Between commas in braces of TOML; the bytes are what stands before the last part of a dotted key.
        case inline(prefix: [UInt8])
        /// On a line of TOML.
        case line(prefix: [UInt8])
    }

    package let name: String
    /// Where its name is written: all of a dotted key.
    let nameRange: Range<Int>
    package let value: SpannedValue
    let setting: Setting
}

/// One step from a value to one inside it.
package enum PathStep: Hashable, Sendable {
    case member(String)
    case index(Int)
}
