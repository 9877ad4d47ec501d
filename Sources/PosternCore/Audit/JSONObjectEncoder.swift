/// Appends the members of one flat JSON object to a byte buffer, leaving the closing brace to the caller.
///
/// Control characters, quotes and backslashes are escaped (RFC 8259 section 7), and so are DEL and every byte
/// that is not ASCII, each invalid or foreign byte as `\u00XX`: a log line stays one line of printable ASCII
/// whatever a client sent.
package struct JSONObjectEncoder {
    private var bytes: [UInt8]
    private var isFirst = true

    /// Starts an object at the end of `bytes`.
    package init(continuing bytes: consuming [UInt8] = []) {
        self.bytes = bytes
        self.bytes.append(UInt8(ascii: "{"))
    }

    /// Ends the use of the encoder and returns the buffer.
    package consuming func take() -> [UInt8] { bytes }

    package mutating func member(_ name: StaticString, _ value: String) {
        key(name)
        bytes.append(UInt8(ascii: "\""))
        var value = value
        value.withUTF8 { appendEscaped($0) }
        bytes.append(UInt8(ascii: "\""))
    }

    package mutating func member(_ name: StaticString, bytes value: some Collection<UInt8>) {
        key(name)
        bytes.append(UInt8(ascii: "\""))
        if value.withContiguousStorageIfAvailable({ appendEscaped($0) }) == nil {
            Array(value).withUnsafeBufferPointer { appendEscaped($0) }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    package mutating func member(_ name: StaticString, _ value: Int) {
        key(name)
        bytes.appendDecimal(value)
    }

    package mutating func member(_ name: StaticString, _ value: Bool) {
        key(name)
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    /// Adds the member only where there is a value.
    package mutating func member(_ name: StaticString, _ value: String?) {
        if let value { member(name, value) }
    }

    /// Adds the member only where there is a value.
    package mutating func member(_ name: StaticString, _ value: Int?) {
        if let value { member(name, value) }
    }

    private mutating func key(_ name: StaticString) {
        if isFirst { isFirst = false } else { bytes.append(UInt8(ascii: ",")) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func appendEscaped(_ text: UnsafeBufferPointer<UInt8>) {
        // Copy the runs that need no escape whole: nearly every value is one run.
        var start = 0
        for index in 0..<text.count {
            let byte = text[index]
            if byte >= 0x20, byte < 0x7f, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { continue }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<index]))
            start = index + 1
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            default:
                bytes.append(contentsOf: "\\u00".utf8)
                bytes.append(HexDigit.lower[Int(byte >> 4)])
                bytes.append(HexDigit.lower[Int(byte & 15)])
            }
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start...]))
    }
}

extension [UInt8] {
    /// Appends a number in decimal.
    package mutating func appendDecimal(_ value: Int) {
        if value < 0 { append(UInt8(ascii: "-")) }
        var magnitude = value.magnitude
        let start = count
        repeat {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: magnitude % 10))
            magnitude /= 10
        } while magnitude > 0
        self[start...].reverse()
    }
}
