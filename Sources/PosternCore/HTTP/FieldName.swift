/// A field name as it is compared: lower case, with `_` read as `-`.
///
/// Many origins hand fields to programs as CGI variables (RFC 3875 section 4.1.18), where `X-Api-Key` and
/// `X_Api_Key` become one. A client that could send the one beside our other would choose the credential.
package struct FieldName: Hashable, Sendable {
    /// The compared bytes.
    package let bytes: [UInt8]
    /// The hash that ``hash(of:)`` gives them.
    package let hashValue64: UInt64

    package init(_ text: some StringProtocol) {
        bytes = text.utf8.map(FieldName.fold)
        hashValue64 = bytes.withUnsafeBytes { FieldName.hash(of: $0) }
    }

    package static func == (left: FieldName, right: FieldName) -> Bool { left.bytes == right.bytes }

    package func hash(into hasher: inout Hasher) { hasher.combine(hashValue64) }

    /// Whether `raw`, in any letter case and with `_` or `-`, is this name.
    package func matches(_ raw: UnsafeRawBufferPointer, hash: UInt64) -> Bool {
        guard hash == hashValue64, raw.count == bytes.count else { return false }
        for index in 0..<raw.count where FieldName.fold(raw[index]) != bytes[index] { return false }
        return true
    }

    /// FNV-1a over the folded bytes: short names, no keying needed, since the table it serves is fixed.
    package static func hash(of raw: UnsafeRawBufferPointer) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in raw { hash = (hash ^ UInt64(fold(byte))) &* 0x100_0000_01b3 }
        return hash
    }

    @inline(__always)
    static func fold(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
        case UInt8(ascii: "_"): UInt8(ascii: "-")
        default: byte
        }
    }
}
