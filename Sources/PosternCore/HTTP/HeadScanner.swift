/// Finds the end of a head, without reading any byte twice however slowly it arrives.
///
/// Lines end in CRLF and in nothing else: a bare LF or a bare CR is where two parsers disagree about what a line
/// is (RFC 9112 section 2.2 allows the LF; Postern does not).
package struct HeadScanner: Sendable {
    /// What was found.
    package enum Result: Equatable, Sendable {
        /// The head with its empty line is this many bytes long.
        case complete(Int)
        /// More bytes are needed.
        case incomplete
        /// A line ended in something other than CRLF.
        case malformed
    }

    private var scanned = 0
    private var lineStart = 0

    package init() {}

    /// Looks at the bytes received so far, of which those of earlier calls are the beginning.
    package mutating func scan(_ bytes: UnsafeRawBufferPointer) -> Result {
        while let newline = bytes.place(of: 0x0a, from: scanned) {
            guard newline > lineStart, bytes[newline - 1] == 0x0d else { return .malformed }
            scanned = newline + 1
            if newline - 1 == lineStart { return .complete(newline + 1) }
            lineStart = newline + 1
        }
        scanned = bytes.count
        return .incomplete
    }
}
