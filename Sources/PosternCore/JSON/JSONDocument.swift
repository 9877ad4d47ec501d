/// A JSON text that was read strictly, as places in its bytes.
///
/// RFC 8259, and nothing beyond it: UTF-8 without a byte order mark, no unpaired surrogate, one value and blanks around
/// it. Members keep their order and their duplicates, and numbers their text: whoever judges a text must be able to see what
/// another reader of it would have seen. Memory is 16 bytes a value; nothing is decoded before it is asked for.
package struct JSONDocument: Sendable {
    /// The most arrays and objects that may be inside one another.
    package static let maxDepth = 64

    /// A value: its bytes, quotes and brackets included, and the first node that is not part of it.
    struct Node: Sendable {
        let kind: JSONValue.Kind
        let start: Int32
        var end: Int32
        var next: Int32
    }

    let bytes: [UInt8]
    /// The values in the order of the text; the name of a member is a string before its value.
    let nodes: [Node]

    /// Reads a text.
    package init(_ bytes: [UInt8]) throws(JSONFault) {
        guard bytes.count < Int32.max else { throw JSONFault("too long") }
        self.bytes = bytes
        nodes = try JSONReader.nodes(of: bytes)
    }

    /// The one value of the text.
    package var root: JSONValue { JSONValue(document: self, index: 0) }
}

/// Why a text is not JSON.
package struct JSONFault: Error, Hashable, Sendable {
    /// What is wrong, without a word of the text.
    package let reason: String

    init(_ reason: String) { self.reason = reason }
}
