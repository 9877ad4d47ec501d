import PosternHTTP2
import PosternTestSupport

/// A peer that writes its frames by hand, for those that no honest one would send.
///
/// `role` is that of the session under test.
final class RawPeer {
    let handler = RecordingHandler()
    let session: HTTP2Session
    /// The frames that the session sent.
    private(set) var sent: [Frame] = []
    private(set) var isGoingOn = true
    private var received: [UInt8] = []
    private var prefaceBytesLeft = 0

    struct Frame: Equatable {
        let type: UInt8
        let flags: UInt8
        let stream: Int32
        let payload: [UInt8]

        /// The error code of RST_STREAM, or of GOAWAY.
        var errorCode: UInt32 { payload.suffix(4).reduce(0) { $0 << 8 | UInt32($1) } }
    }

    init?(_ role: HTTP2Session.Role = .server, limits: HTTP2Limits = HTTP2Limits()) {
        guard let session = HTTP2Session(role: role, limits: limits, handler: handler) else { return nil }
        self.session = session
        handler.session = session
        let preface = latin1("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        switch role {
        case .server: send(preface)
        case .client: prefaceBytesLeft = preface.count
        }
        send(RawPeer.frame(4, 0, 0, []))
    }

    /// Gives bytes to the session and takes what it sends.
    func send(_ bytes: [UInt8], now: UInt64 = 0) {
        isGoingOn = bytes.withUnsafeBytes { session.receive($0, now: now) }
        while let output = session.nextOutput() { received.append(contentsOf: output) }
        let preface = min(prefaceBytesLeft, received.count)
        received.removeFirst(preface)
        prefaceBytesLeft -= preface
        while received.count >= 9 {
            let length = Int(received[0]) << 16 | Int(received[1]) << 8 | Int(received[2])
            guard received.count >= 9 + length else { break }
            let stream = received[5..<9].reduce(Int32(0)) { $0 << 8 | Int32($1) }
            sent.append(
                Frame(type: received[3], flags: received[4], stream: stream, payload: Array(received[9..<(9 + length)]))
            )
            received.removeFirst(9 + length)
        }
    }

    /// The code with which the session gave the connection up.
    var goAwayCode: UInt32? { sent.last { $0.type == 7 }.map { $0.payload[4..<8].reduce(0) { $0 << 8 | UInt32($1) } } }

    /// The code with which the session reset a stream.
    func resetCode(_ stream: Int32) -> UInt32? { sent.first { $0.type == 3 && $0.stream == stream }?.errorCode }

    static func frame(_ type: UInt8, _ flags: UInt8, _ stream: Int32, _ payload: [UInt8]) -> [UInt8] {
        let length = payload.count
        return [UInt8(length >> 16), UInt8(length >> 8 & 0xff), UInt8(length & 0xff), type, flags]
            + number(UInt32(bitPattern: stream)) + payload
    }

    static func number(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }

    /// A HEADERS frame, or several with CONTINUATION, of literal fields without Huffman coding.
    static func headers(_ fields: [(String, String)], on stream: Int32, endsStream: Bool = true) -> [UInt8] {
        var rest = block(fields)[...]
        var bytes: [UInt8] = []
        var type: UInt8 = 1
        repeat {
            let piece = Array(rest.prefix(16_384))
            rest = rest.dropFirst(piece.count)
            let flags: UInt8 = (type == 1 && endsStream ? 1 : 0) | (rest.isEmpty ? 4 : 0)
            bytes += frame(type, flags, stream, piece)
            type = 9
        } while !rest.isEmpty
        return bytes
    }

    /// HPACK, RFC 7541 section 6.2.2.
    static func block(_ fields: [(String, String)]) -> [UInt8] {
        fields.flatMap { [0] + string(latin1($0.0)) + string(latin1($0.1)) }
    }

    private static func string(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count >= 127 else { return [UInt8(bytes.count)] + bytes }
        var length: [UInt8] = [127]
        var rest = bytes.count - 127
        while rest >= 128 {
            length.append(UInt8(rest % 128 + 128))
            rest /= 128
        }
        return length + [UInt8(rest)] + bytes
    }
}

/// The pseudo-header fields of a request.
func pseudo(
    method: String = "GET",
    scheme: String = "https",
    authority: String = "good.test",
    path: String = "/"
) -> [(String, String)] {
    [(":method", method), (":scheme", scheme), (":authority", authority), (":path", path)]
}
