internal import CLinux
internal import PosternCore

/// What JSON strings say.
enum JSONText {
    /// The text of a string that stands, with its quotation marks, at `range`; `nil` if it names half a character.
    static func unescape(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> String? {
        let inner = bytes[(range.lowerBound + 1)..<(range.upperBound - 1)]
        guard inner.contains(UInt8(ascii: "\\")) else { return String(decoding: inner, as: UTF8.self) }
        return withBytes(bytes, range) { String(decoding: $0, as: UTF8.self) }
    }

    /// The same as a secret, of which no other copy is left.
    static func secret(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Secret? {
        withBytes(bytes, range) { Secret($0) }
    }

    /// Calls `body` with the bytes that a string stands for; they are wiped afterwards.
    private static func withBytes<Result>(
        _ bytes: UnsafeRawBufferPointer,
        _ range: Range<Int>,
        _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result? {
        // What an escape sequence stands for is never longer than the sequence.
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: range.count, alignment: 1)
        defer {
            postern_explicit_bzero(room.baseAddress, room.count)
            room.deallocate()
        }
        var position = range.lowerBound + 1
        var count = 0
        while position < range.upperBound - 1 {
            let byte = bytes[position]
            position += 1
            guard byte == UInt8(ascii: "\\") else {
                room[count] = byte
                count += 1
                continue
            }
            let kind = bytes[position]
            position += 1
            if let plain = escaped(kind) {
                room[count] = plain
                count += 1
                continue
            }
            guard let units = scalar(bytes, at: &position).flatMap({ UTF8.encode($0) }) else { return nil }
            for unit in units {
                room[count] = unit
                count += 1
            }
        }
        return body(UnsafeRawBufferPointer(rebasing: room[0..<count]))
    }

    /// The character of a `\u` sequence whose digits are at `position`, and of the other half after it.
    private static func scalar(_ bytes: UnsafeRawBufferPointer, at position: inout Int) -> Unicode.Scalar? {
        let first = unit(bytes, at: &position)
        guard UTF16.isLeadSurrogate(first) else { return Unicode.Scalar(first) }
        guard position + 6 <= bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        else { return nil }
        position += 2
        let second = unit(bytes, at: &position)
        guard UTF16.isTrailSurrogate(second) else { return nil }
        return Unicode.Scalar(0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
    }

    private static func unit(_ bytes: UnsafeRawBufferPointer, at position: inout Int) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            value = value << 4 | UInt16(hexadecimal(bytes[position]) ?? 0)
            position += 1
        }
        return value
    }

    /// The value of a hexadecimal digit.
    static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// What a backslash before this character stands for; `nil` for `u`, and for what is no escape sequence.
    static func escaped(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): byte
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }
}
