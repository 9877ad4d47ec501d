/// A request path that was checked byte by byte: where in the head it is, and what about it could be read in more
/// than one way.
package struct RequestPath: Sendable {
    /// Readings on which two programs differ.
    ///
    /// None of them is repaired.
    package struct Hazards: OptionSet, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// `//`, which some programs merge.
        package static let emptySegment = Hazards(rawValue: 1)
        /// `%2F`, which some programs decode before they split.
        package static let encodedSlash = Hazards(rawValue: 2)
        /// `;`, behind which some programs see parameters that are not part of the path.
        package static let parameters = Hazards(rawValue: 4)
        /// `%25` before what decodes to two hexadecimal digits: something else when decoded twice.
        package static let doubleEncoding = Hazards(rawValue: 8)
        /// Bytes that are not UTF-8 once decoded, such as an overlong `/`.
        package static let notUTF8 = Hazards(rawValue: 16)
    }

    /// The place of the path in the head; it starts with `/`.
    package let range: Range<Int>
    package let hazards: Hazards

    /// Checks a path.
    ///
    /// - Throws: ``ProxyError/malformedRequest(_:)`` for what no rule may let through: a byte that is not part of a
    ///   path (RFC 3986 section 3.3), a broken escape, a dot segment in any encoding, a backslash, a control character.
    package init(_ bytes: UnsafeRawBufferPointer, range: Range<Int>) throws(ProxyError) {
        self.range = range
        var hazards = Hazards()
        var isPlain = true
        var previous: UInt8 = 0
        for index in range {
            let byte = bytes[index]
            guard ByteClass.isPath(byte) else { throw .malformedRequest("the path holds a byte that must be encoded") }
            switch byte {
            case UInt8(ascii: "%"), UInt8(ascii: ";"), UInt8(ascii: "\\"): isPlain = false
            case UInt8(ascii: "/") where previous == UInt8(ascii: "/"): hazards.insert(.emptySegment)
            case UInt8(ascii: ".") where previous == UInt8(ascii: "/"): isPlain = false
            default: break
            }
            previous = byte
        }
        if !isPlain { hazards.formUnion(try RequestPath.closeLook(bytes, range)) }
        self.hazards = hazards
    }

    /// The slower look at a path with an escape, a semicolon, a backslash or a segment that starts with a dot.
    private static func closeLook(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) throws(ProxyError) -> Hazards {
        var hazards = Hazards()
        var decoded: [UInt8] = []
        var segment: [UInt8] = []
        var index = range.lowerBound
        while index < range.upperBound {
            var byte = bytes[index]
            var isEscape = false
            if byte == UInt8(ascii: "%") {
                guard index + 2 < range.upperBound, let high = HexDigit.value(of: bytes[index + 1]),
                    let low = HexDigit.value(of: bytes[index + 2])
                else { throw .malformedRequest("the path holds a broken percent-encoding") }
                byte = high << 4 | low
                isEscape = true
                index += 2
            }
            index += 1
            switch byte {
            case 0...0x1f, 0x7f: throw .malformedRequest("the path holds an encoded control character")
            case UInt8(ascii: "\\"): throw .malformedRequest("the path holds a backslash")
            case UInt8(ascii: ";"): hazards.insert(.parameters)
            case UInt8(ascii: "/") where isEscape: hazards.insert(.encodedSlash)
            default: break
            }
            decoded.append(byte)
            // A dot segment counts whether its slashes are encoded or not: `..%2f..` is one to whoever decodes first.
            if byte == UInt8(ascii: "/") {
                try refuseDotSegment(segment)
                segment.removeAll(keepingCapacity: true)
            } else {
                segment.append(byte)
            }
        }
        try refuseDotSegment(segment)
        if holdsEscape(decoded) { hazards.insert(.doubleEncoding) }
        if String(validating: decoded, as: UTF8.self) == nil { hazards.insert(.notUTF8) }
        return hazards
    }

    private static func refuseDotSegment(_ segment: [UInt8]) throws(ProxyError) {
        // `..;x` is `..` to servers that cut parameters off.
        let name = segment.prefix { $0 != UInt8(ascii: ";") }
        if name.elementsEqual(".".utf8) || name.elementsEqual("..".utf8) {
            throw .malformedRequest("the path holds a dot segment")
        }
    }

    /// Whether bytes that were decoded once could be decoded again: `%252e`, but `%25%32%65` as well.
    private static func holdsEscape(_ decoded: [UInt8]) -> Bool {
        decoded.indices.dropLast(2).contains { index in
            decoded[index] == UInt8(ascii: "%") && HexDigit.value(of: decoded[index + 1]) != nil
                && HexDigit.value(of: decoded[index + 2]) != nil
        }
    }
}
