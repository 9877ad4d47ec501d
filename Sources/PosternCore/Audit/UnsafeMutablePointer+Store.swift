// Every function writes at the pointer and moves it on. The caller has made room: see RecordBuffer.extend.

extension UnsafeMutablePointer<UInt8> {
    /// Stores one byte and moves on.
    @inline(__always)
    package mutating func store(_ byte: UInt8) {
        pointee = byte
        self += 1
    }

    /// Stores bytes as they are and moves on.
    @inline(__always)
    package mutating func store(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let source = bytes.baseAddress else { return }
        update(from: source, count: bytes.count)
        self += bytes.count
    }

    /// Stores constant text and moves on.
    @inline(__always)
    package mutating func store(_ text: StaticString) {
        update(from: text.utf8Start, count: text.utf8CodeUnitCount)
        self += text.utf8CodeUnitCount
    }

    /// Stores a number in decimal, at most 20 bytes, and moves on.
    @inline(__always)
    package mutating func store(decimal value: Int) {
        if value < 0 { store(UInt8(ascii: "-")) }
        var magnitude = value.magnitude
        var digits = 1
        var bound: UInt = 10
        while digits < 20, magnitude >= bound {
            digits += 1
            let (next, overflow) = bound.multipliedReportingOverflow(by: 10)
            bound = overflow ? UInt.max : next
        }
        for position in stride(from: digits - 1, through: 0, by: -1) {
            self[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: magnitude % 10)
            magnitude /= 10
        }
        self += digits
    }

    /// Stores a number as exactly `width` digits and moves on.
    @inline(__always)
    mutating func store(_ value: Int, width: Int) {
        var rest = value
        for position in stride(from: width - 1, through: 0, by: -1) {
            self[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        self += width
    }

    /// Stores the inside of a JSON string and moves on; at most six bytes for each byte of `text`.
    ///
    /// Quotes and backslashes are escaped by a backslash. Control characters, DEL and every byte that is not
    /// ASCII become `\u00XX`, so that what a client sent can neither end a line nor reach a terminal.
    @inline(__always)
    mutating func store(escaped text: UnsafeBufferPointer<UInt8>) {
        for byte in text {
            if byte >= 0x20, byte < 0x7f, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
                store(byte)
            } else {
                store(escape: byte)
            }
        }
    }

    @inline(never)
    private mutating func store(escape byte: UInt8) {
        store(UInt8(ascii: "\\"))
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return store(byte) }
        store("u00")
        store(UnsafeMutablePointer.hexDigit(byte >> 4))
        store(UnsafeMutablePointer.hexDigit(byte & 15))
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
