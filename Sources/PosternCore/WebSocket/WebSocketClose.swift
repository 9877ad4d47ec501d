/// Why Postern ends a WebSocket, as its client is told.
///
/// RFC 6455 section 7.4.1.
package enum WebSocketClose: UInt16, Sendable {
    /// The server broke the protocol.
    case protocolError = 1002
    /// The agent may not go on.
    case policyViolation = 1008

    /// The whole frame, as a server sends it.
    package var frame: [UInt8] {
        var bytes: [UInt8] = []
        WebSocketFrameHeader(opcode: .close, isFinal: true, payloadLength: 2).append(to: &bytes)
        return bytes + [UInt8(rawValue >> 8), UInt8(rawValue & 0xff)]
    }

    /// Whether the payload of a close frame is empty, or starts with a code that may be sent.
    static func isValid(_ payload: [UInt8]) -> Bool {
        guard payload.count > 1 else { return payload.isEmpty }
        switch Int(payload[0]) << 8 | Int(payload[1]) {
        // These stand for closes without a code, and for those that no frame announced.
        case 1004, 1005, 1006, 1015: return false
        case 1000...4999: return true
        default: return false
        }
    }
}
