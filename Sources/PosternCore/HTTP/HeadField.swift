/// One field line of a head, as places in the head's bytes.
package struct HeadField: Sendable {
    private let nameStart: UInt32
    private let nameEnd: UInt32
    private let valueStart: UInt32
    private let valueEnd: UInt32
    /// The name, as it was written.
    package var name: Range<Int> { Int(nameStart)..<Int(nameEnd) }
    /// The value without the white space around it.
    package var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }
    /// The hash of the folded name; see ``FieldName/hash(of:)``.
    package let hash: UInt64
    /// Which of the fields that Postern knows it is.
    package let known: KnownField?

    /// Reads the field line in `range` (without its CRLF); `nil` if it is not one.
    ///
    /// Refused are white space before the colon, a folded line, an empty name, and control characters in the value.
    /// RFC 9112 section 5.
    static func parse(_ bytes: UnsafeRawBufferPointer, in range: Range<Int>) -> HeadField? {
        var index = range.lowerBound
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        while index < range.upperBound, ByteClass.isToken(bytes[index]) {
            hash = (hash ^ UInt64(FieldName.fold(bytes[index]))) &* 0x100_0000_01b3
            index += 1
        }
        guard index > range.lowerBound, index < range.upperBound, bytes[index] == UInt8(ascii: ":") else { return nil }
        let name = range.lowerBound..<index
        var start = index + 1
        var end = range.upperBound
        while start < end, isBlank(bytes[start]) { start += 1 }
        while end > start, isBlank(bytes[end - 1]) { end -= 1 }
        for position in start..<end where !ByteClass.isFieldValue(bytes[position]) { return nil }
        return HeadField(
            nameStart: UInt32(name.lowerBound),
            nameEnd: UInt32(name.upperBound),
            valueStart: UInt32(start),
            valueEnd: UInt32(end),
            hash: hash,
            known: KnownField.named(UnsafeRawBufferPointer(rebasing: bytes[name]), hash: hash)
        )
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}

/// Reading lists of tokens and numbers in field values.
package enum FieldValue {
    /// Reads a Content-Length: 1 to 18 digits and nothing else, so that no later sum can overflow.
    ///
    /// RFC 9112 section 6.3.
    package static func contentLength(_ value: some Collection<UInt8>) -> Int? {
        guard (1...18).contains(value.count) else { return nil }
        var length = 0
        for byte in value {
            guard (0x30...0x39).contains(byte) else { return nil }
            length = length * 10 + Int(byte - 0x30)
        }
        return length
    }

    /// The decoded pair of `Basic` credentials; `nil` for any other scheme, or what is not base 64.
    ///
    /// RFC 7617 section 2.
    static func basicPair(_ value: ArraySlice<UInt8>) -> [UInt8]? {
        guard let space = value.firstIndex(of: 0x20), equalsIgnoringCase(value[..<space], "basic") else { return nil }
        return Base64.decode(value[space...].drop { $0 == 0x20 })
    }

    /// Whether two runs of bytes are equal but for ASCII letter case.
    package static func equalsIgnoringCase(_ left: some Collection<UInt8>, _ right: StaticString) -> Bool {
        guard left.count == right.utf8CodeUnitCount else { return false }
        var position = 0
        for byte in left {
            let other = right.utf8Start[position]
            let folded = (0x41...0x5a).contains(byte) ? byte | 0x20 : byte
            guard folded == other else { return false }
            position += 1
        }
        return true
    }

    /// The members of a comma-separated list, without the white space around them; empty ones are left out.
    package static func members(_ value: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void) {
        for part in value.split(separator: UInt8(ascii: ",")) {
            var start = part.startIndex
            var end = part.endIndex
            while start < end, value[start] == 0x20 || value[start] == 0x09 { start += 1 }
            while end > start, value[end - 1] == 0x20 || value[end - 1] == 0x09 { end -= 1 }
            if start < end { body(UnsafeRawBufferPointer(rebasing: value[start..<end])) }
        }
    }
}
