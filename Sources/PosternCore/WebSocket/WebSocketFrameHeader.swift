/// The first bytes of a frame from a server to a client.
///
/// RFC 6455 section 5.2. Such a frame is not masked, and without extensions its reserved bits are 0.
struct WebSocketFrameHeader: Hashable, Sendable {
    /// What a frame holds.
    enum Opcode: UInt8, Sendable {
        case continuation = 0x0
        case text = 0x1
        case binary = 0x2
        case close = 0x8
        case ping = 0x9
        case pong = 0xa

        /// Whether its frames are about the connection, and may stand between the fragments of a message.
        var isControl: Bool { rawValue & 0x8 != 0 }
    }

    /// What the bytes so far are.
    enum Reading: Hashable, Sendable {
        case incomplete
        case malformed
        /// A header and its length in bytes.
        case header(WebSocketFrameHeader, count: Int)
    }

    /// RFC 6455 section 5.5.
    static let maximumControlPayload = 125

    let opcode: Opcode
    let isFinal: Bool
    let payloadLength: Int

    /// Reads the header at the start of `bytes`.
    static func read(_ bytes: UnsafeRawBufferPointer) -> Reading {
        guard let first = bytes.first else { return .incomplete }
        guard first & 0x70 == 0, let opcode = Opcode(rawValue: first & 0x0f) else { return .malformed }
        guard bytes.count > 1 else { return .incomplete }
        // The highest bit is that of a mask: RFC 6455 section 5.1.
        guard bytes[1] & 0x80 == 0 else { return .malformed }
        let isFinal = first & 0x80 != 0
        let short = Int(bytes[1])
        if opcode.isControl, short > maximumControlPayload || !isFinal { return .malformed }
        let lengthBytes = short == 127 ? 8 : short == 126 ? 2 : 0
        guard bytes.count >= 2 + lengthBytes else { return .incomplete }
        let long = bytes[2..<2 + lengthBytes].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let length = lengthBytes == 0 ? UInt64(short) : long
        // The shortest form is the only one, and the highest bit is 0.
        guard lengthBytes != 2 || length > 125, lengthBytes != 8 || length > 0xffff, length <= UInt64(Int.max) else {
            return .malformed
        }
        let header = WebSocketFrameHeader(opcode: opcode, isFinal: isFinal, payloadLength: Int(length))
        return .header(header, count: 2 + lengthBytes)
    }

    /// Appends the header's bytes.
    func append(to buffer: inout [UInt8]) {
        buffer.append((isFinal ? 0x80 : 0) | opcode.rawValue)
        let lengthBytes: Int
        switch payloadLength {
        case ..<126:
            buffer.append(UInt8(truncatingIfNeeded: payloadLength))
            lengthBytes = 0
        case ...0xffff:
            buffer.append(126)
            lengthBytes = 2
        default:
            buffer.append(127)
            lengthBytes = 8
        }
        for place in (0..<lengthBytes).reversed() {
            buffer.append(UInt8(truncatingIfNeeded: payloadLength >> (8 * place)))
        }
    }
}
