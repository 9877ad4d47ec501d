import PosternHTTP2
import PosternTestSupport

/// Writes down what a session tells it, and sends what a test has put ready.
final class RecordingHandler: HTTP2SessionHandler {
    var events: [String] = []
    var bodies: [Int32: [UInt8]] = [:]
    var closings: [Int32: Int] = [:]
    /// Pieces of bodies to send, each of which is asked for once.
    var pieces: [Int32: [Piece]] = [:]
    var consumesAtOnce = true
    var onHead: ((Int32, Bool) -> Void)?
    weak var session: HTTP2Session?

    enum Piece {
        case bytes([UInt8])
        case end
        case trailers(String)
    }

    func http2HeadReceived(_ head: Result<[UInt8], HTTP2HeadError>, on stream: Int32, endsStream: Bool) {
        switch head {
        case .success(let text): events.append("\(stream) head\(endsStream ? "+end" : ""): \(latin1Text(text))")
        case .failure(.malformed): events.append("\(stream) malformed")
        case .failure(let error): events.append("\(stream) \(error)")
        }
        onHead?(stream, endsStream)
    }

    func http2DataReceived(_ bytes: UnsafeRawBufferPointer, on stream: Int32) {
        bodies[stream, default: []].append(contentsOf: bytes)
        if consumesAtOnce { session?.consumed(bytes.count, on: stream) }
    }

    func http2TrailersReceived(_ lines: [UInt8], on stream: Int32) {
        events.append("\(stream) trailers: \(latin1Text(lines))")
    }

    func http2EndReceived(on stream: Int32) { events.append("\(stream) end") }

    func http2AnswerEndedFirst(on stream: Int32) { events.append("\(stream) answered first") }

    func http2StreamClosed(_ stream: Int32, errorCode: UInt32) {
        events.append("\(stream) closed \(errorCode)")
        closings[stream, default: 0] += 1
    }

    func http2ReadBody(on stream: Int32, into room: UnsafeMutableRawBufferPointer) -> HTTP2BodyPiece {
        guard let piece = pieces[stream]?.first else { return .wait }
        pieces[stream]?.removeFirst()
        switch piece {
        case .end: return .bytes(0, isLast: true)
        case .trailers(let lines): return .trailers(latin1(lines), after: 0)
        case .bytes(let bytes):
            let taken = min(bytes.count, room.count)
            room.copyBytes(from: bytes[..<taken])
            if taken < bytes.count { pieces[stream]?.insert(.bytes(Array(bytes[taken...])), at: 0) }
            return .bytes(taken, isLast: false)
        }
    }

    /// What it says stands in the peer's GOAWAY.
    func http2ConnectionFailed(errorCode: UInt32) {}

    func http2GoAwayReceived(lastStream: Int32, errorCode: UInt32) {
        events.append("goaway \(lastStream) \(errorCode)")
    }
}

/// A client and a server session, with memory in between.
final class SessionPair {
    let clientHandler = RecordingHandler()
    let serverHandler = RecordingHandler()
    let client: HTTP2Session
    let server: HTTP2Session

    init?(serverLimits: HTTP2Limits = HTTP2Limits(), clientLimits: HTTP2Limits = HTTP2Limits()) {
        guard let client = HTTP2Session(role: .client, limits: clientLimits, handler: clientHandler),
            let server = HTTP2Session(role: .server, limits: serverLimits, handler: serverHandler)
        else { return nil }
        self.client = client
        self.server = server
        clientHandler.session = client
        serverHandler.session = server
        pump()
    }

    /// Carries bytes both ways until both sides are quiet.
    func pump() {
        var isBusy = true
        while isBusy {
            isBusy = false
            while let bytes = client.nextOutput() {
                isBusy = true
                _ = server.receive(bytes, now: 0)
            }
            while let bytes = server.nextOutput() {
                isBusy = true
                _ = client.receive(bytes, now: 0)
            }
        }
    }

    func request(_ text: String, hasBody: Bool = false) -> Int32? {
        latin1(text).withUnsafeBytes { client.submitRequest($0, hasBody: hasBody) }
    }

    func respond(_ text: String, on stream: Int32, hasBody: Bool = false) {
        latin1(text).withUnsafeBytes { _ = server.submitResponse($0, on: stream, hasBody: hasBody) }
    }
}

/// The shortest request there is.
let shortRequest = "GET / HTTP/1.1\r\nHost: good.test\r\n\r\n"
