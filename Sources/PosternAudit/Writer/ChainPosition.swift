package import Crypto
internal import PosternCore

/// The place of a line in the chain: its number and the hash that the next line repeats.
package struct ChainPosition: Equatable, Sendable {
    /// The sequence number of the line; 0 is the place before the first.
    package var sequence: Int
    /// The SHA-256 of the line without its newline; `nil` stands for 64 zeros, before the first line.
    package var digest: SHA256.Digest?

    /// The place before the first line.
    package static let origin = ChainPosition(sequence: 0, digest: nil)

    /// The hash as 64 hexadecimal digits.
    package var hexadecimalHash: String {
        String(unsafeUninitializedCapacity: 64) { buffer in
            guard var end = buffer.baseAddress else { return 0 }
            storeHash(at: &end)
            return 64
        }
    }

    /// Stores the hash as 64 hexadecimal digits and moves on.
    func storeHash(at end: inout UnsafeMutablePointer<UInt8>) {
        guard let digest else {
            end.update(repeating: UInt8(ascii: "0"), count: 64)
            end += 64
            return
        }
        digest.withUnsafeBytes { Hexadecimal.store($0, at: &end) }
    }
}

/// Bytes as lower-case hexadecimal digits.
package enum Hexadecimal {
    /// Stores two digits for each byte and moves on.
    static func store(_ bytes: UnsafeRawBufferPointer, at end: inout UnsafeMutablePointer<UInt8>) {
        for byte in bytes {
            end[0] = digit(byte >> 4)
            end[1] = digit(byte & 15)
            end += 2
        }
    }

    /// Two digits for each byte.
    package static func text(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: bytes.flatMap { [digit($0 >> 4), digit($0 & 15)] }, as: UTF8.self)
    }

    /// The bytes that an even number of digits stands for; `nil` for anything else, capital letters included.
    package static func bytes(_ text: some Collection<UInt8>) -> [UInt8]? {
        var result: [UInt8] = []
        var high: UInt8?
        for digit in text {
            guard !(UInt8(ascii: "A")...UInt8(ascii: "F")).contains(digit), let value = HexDigit.value(of: digit) else {
                return nil
            }
            if let first = high {
                result.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return high == nil ? result : nil
    }

    /// Without a table or a branch: it runs 64 times for each record.
    @inline(__always)
    private static func digit(_ value: UInt8) -> UInt8 {
        // 0x27 is the distance from the character after "9" to "a".
        value &+ UInt8(ascii: "0") &+ ((9 &- value) >> 7) &* 0x27
    }
}
