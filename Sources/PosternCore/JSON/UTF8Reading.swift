/// UTF-8, one scalar at a time.
///
/// RFC 3629: no overlong form, no surrogate, nothing beyond U+10FFFF.
enum UTF8Reading {
    /// The scalar that begins at `start`; `nil` if none does.
    static func scalar(in bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> (value: UInt32, length: Int)? {
        let first = bytes[start]
        let length: Int
        var value: UInt32
        switch first {
        case 0..<0x80: return (UInt32(first), 1)
        case 0xc2...0xdf: (length, value) = (2, UInt32(first & 0x1f))
        case 0xe0...0xef: (length, value) = (3, UInt32(first & 0x0f))
        case 0xf0...0xf4: (length, value) = (4, UInt32(first & 0x07))
        default: return nil
        }
        guard start + length <= bytes.count else { return nil }
        for byte in bytes[start + 1..<start + length] {
            guard byte & 0xc0 == 0x80 else { return nil }
            value = value << 6 | UInt32(byte & 0x3f)
        }
        let isShortest = length == 2 || value >= (length == 3 ? 0x800 : 0x10000)
        guard isShortest, value <= 0x10ffff, !(0xd800...0xdfff).contains(value) else { return nil }
        return (value, length)
    }

    /// Adds a scalar's bytes.
    static func append(_ scalar: UInt32, to bytes: inout [UInt8]) {
        switch scalar {
        case 0..<0x80: bytes.append(UInt8(scalar))
        case 0..<0x800: bytes += [0xc0 | UInt8(scalar >> 6), 0x80 | UInt8(scalar & 0x3f)]
        case 0..<0x10000:
            bytes += [0xe0 | UInt8(scalar >> 12), 0x80 | UInt8(scalar >> 6 & 0x3f), 0x80 | UInt8(scalar & 0x3f)]
        default:
            bytes += [
                0xf0 | UInt8(scalar >> 18), 0x80 | UInt8(scalar >> 12 & 0x3f), 0x80 | UInt8(scalar >> 6 & 0x3f),
                0x80 | UInt8(scalar & 0x3f),
            ]
        }
    }
}
