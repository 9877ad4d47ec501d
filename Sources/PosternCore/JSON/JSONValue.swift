/// One value of a ``JSONDocument``.
package struct JSONValue: Sendable {
    /// What a value is.
    package enum Kind: UInt8, Sendable {
        case null, boolean, number, string, array, object
    }

    let document: JSONDocument
    let index: Int

    private var node: JSONDocument.Node { document.nodes[index] }

    /// What it is.
    package var kind: Kind { node.kind }

    /// Where it is written, quotes and brackets included.
    package var range: Range<Int> { Int(node.start)..<Int(node.end) }

    /// The bytes it is written in.
    package var source: ArraySlice<UInt8> { document.bytes[range] }

    /// The value of `true` or `false`; `nil` for anything else.
    package var boolean: Bool? { kind == .boolean ? document.bytes[range.lowerBound] == UInt8(ascii: "t") : nil }

    /// The exact value of a number; `nil` for anything else, and for one beyond all reason (see ``JSONNumber``).
    package var number: JSONNumber? { kind == .number ? JSONNumber(source) : nil }

    /// The text of a string, decoded, as UTF-8; `nil` for anything else.
    package var string: [UInt8]? {
        guard kind == .string else { return nil }
        let place = range.lowerBound + 1..<range.upperBound - 1
        let raw = document.bytes[place]
        guard raw.contains(UInt8(ascii: "\\")) else { return Array(raw) }
        return document.bytes.withUnsafeBufferPointer { bytes in
            var text: [UInt8] = []
            text.reserveCapacity(place.count)
            var position = place.lowerBound
            while position < place.upperBound {
                if bytes[position] == UInt8(ascii: "\\"), let escape = JSONEscape(in: bytes, at: position) {
                    UTF8Reading.append(escape.scalar, to: &text)
                    position += escape.length
                } else {
                    text.append(bytes[position])
                    position += 1
                }
            }
            return text
        }
    }

    /// The values in an array, in order; none for anything else.
    package var elements: Elements {
        kind == .array
            ? Elements(document: document, index: index + 1, end: Int(node.next))
            : Elements(document: document, index: 0, end: 0)
    }

    /// The members of an object, in order and with duplicates; none for anything else.
    package var members: Members {
        let isObject = kind == .object
        return Members(
            children: Elements(document: document, index: isObject ? index + 1 : 0, end: isObject ? Int(node.next) : 0)
        )
    }

    /// Values, one after another.
    package struct Elements: Sequence, IteratorProtocol {
        let document: JSONDocument
        var index: Int
        let end: Int

        package mutating func next() -> JSONValue? {
            guard index < end else { return nil }
            let value = JSONValue(document: document, index: index)
            index = Int(document.nodes[index].next)
            return value
        }
    }

    /// Names with their values, one after another.
    package struct Members: Sequence, IteratorProtocol {
        var children: Elements

        package mutating func next() -> (name: JSONValue, value: JSONValue)? {
            guard let name = children.next(), let value = children.next() else { return nil }
            return (name, value)
        }
    }
}
