/// The parameters of a query, as places in its bytes: names are compared decoded, values are passed on as they came.
package enum QueryParameters {
    /// Calls `body` with the place of each `name=value` pair and of the name in it.
    package static func forEach(
        _ query: UnsafeRawBufferPointer,
        _ body: (_ pair: Range<Int>, _ name: Range<Int>) -> Void
    ) {
        var start = 0
        while start <= query.count {
            let end = query[start...].firstIndex(of: UInt8(ascii: "&")) ?? query.count
            let nameEnd = query[start..<end].firstIndex(of: UInt8(ascii: "=")) ?? end
            if end > start { body(start..<end, start..<nameEnd) }
            start = end + 1
        }
    }

    /// A name, decoded as `application/x-www-form-urlencoded`; broken escapes stay as they are.
    ///
    /// In paths `+` is no blank.
    package static func decodedName(_ raw: some Collection<UInt8>, plusIsBlank: Bool = true) -> [UInt8] {
        let bytes = Array(raw)
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let high = HexDigit.value(of: bytes[index + 1]), let low = HexDigit.value(of: bytes[index + 2])
            {
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(plusIsBlank && bytes[index] == UInt8(ascii: "+") ? 0x20 : bytes[index])
                index += 1
            }
        }
        return decoded
    }

    /// Whether a raw name means `parameter`, in any encoding and letter case: an origin that ignores case would take
    /// either.
    package static func name(_ raw: some Collection<UInt8>, is parameter: [UInt8]) -> Bool {
        let decoded = decodedName(raw)
        return decoded.count == parameter.count
            && zip(decoded, parameter).allSatisfy { asciiLower($0) == asciiLower($1) }
    }

    /// Whether a raw `name=value` pair names `parameter` to an origin that splits at `&` alone or at `;` as well, which
    /// HTML 4 (appendix B.2.2) asked for.
    package static func pair(_ raw: some Collection<UInt8>, mayName parameter: [UInt8]) -> Bool {
        namesOfPieces(raw).contains { name($0, is: parameter) }
    }

    /// The names in a raw pair: one, or one for each piece between semicolons.
    static func namesOfPieces<Raw: Collection<UInt8>>(_ raw: Raw) -> [Raw.SubSequence] {
        raw.split(separator: UInt8(ascii: ";")).map { piece in piece.prefix { $0 != UInt8(ascii: "=") } }
    }

    private static func asciiLower(_ byte: UInt8) -> UInt8 { (0x41...0x5a).contains(byte) ? byte | 0x20 : byte }

    /// `text` percent-encoded for a query or path: everything but unreserved characters.
    ///
    /// RFC 3986 section 2.3.
    package static func encoded(_ text: some Sequence<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        for byte in text {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.append(byte)
            default:
                result.append(UInt8(ascii: "%"))
                result.append(HexDigit.upper[Int(byte >> 4)])
                result.append(HexDigit.upper[Int(byte & 15)])
            }
        }
        return result
    }
}
