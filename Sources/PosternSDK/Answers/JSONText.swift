package import PosternCore

/// A JSON value that is to be written.
///
/// RFC 8259. Members stand in the order in which they are given.
package indirect enum JSONText: Sendable {
    case null
    case boolean(Bool)
    case integer(Int)
    case text(String)
    case list([JSONText])
    case object([(String, JSONText)])
    /// A value that is written already.
    case json(String)
    /// A text that is a key or a token, which is copied nowhere but into what is written.
    case secret(Secret)

    /// A time in nanoseconds since 1970, or null.
    static func time(_ value: Int64?) -> JSONText { value.map { .text(Timestamp.text($0)) } ?? .null }
    /// A text, or null.
    static func text(_ value: String?) -> JSONText { value.map { .text($0) } ?? .null }
    /// A number, or null.
    static func integer(_ value: Int?) -> JSONText { value.map { .integer($0) } ?? .null }
    /// Texts in order.
    static func texts(_ values: some Sequence<String>) -> JSONText { .list(values.map { .text($0) }) }

    /// The value in UTF-8.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        // So much that what holds a key is not moved about while it grows.
        bytes.reserveCapacity(4096)
        write(to: &bytes)
        return bytes
    }

    private func write(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += "null".utf8
        case .boolean(let value): bytes += (value ? "true" : "false").utf8
        case .integer(let value): bytes += String(value).utf8
        case .text(let text): JSONText.write(text.utf8, to: &bytes)
        case .secret(let secret): secret.withBytes { JSONText.write($0, to: &bytes) }
        case .json(let text): bytes += text.utf8
        case .list(let values):
            bytes.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, (name, value)) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                JSONText.write(name.utf8, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    /// RFC 8259 section 7.
    private static func write(_ text: some Sequence<UInt8>, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20:
                bytes += "\\u00".utf8
                bytes.append(HexDigit.lower[Int(byte >> 4)])
                bytes.append(HexDigit.lower[Int(byte & 15)])
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
