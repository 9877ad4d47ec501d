import PosternHTTP2
import PosternTestSupport
import Testing

@Suite("Floods")
struct FloodTests {
    /// How many rounds of something a peer gets through.
    private func rounds(_ peer: RawPeer, atMost limit: Int = 100_000, _ bytes: (Int) -> [UInt8]) -> Int {
        for round in 0..<limit {
            peer.send(bytes(round))
            if !peer.isGoingOn || peer.session.isFinished { return round }
        }
        return limit
    }

    private func stream(_ round: Int) -> Int32 { Int32(2 * round + 1) }

    @Test("requests that are taken back at once end the connection") func rapidReset() throws {
        let peer = try #require(RawPeer())
        let count = rounds(peer) {
            RawPeer.headers(pseudo(), on: stream($0)) + RawPeer.frame(3, 0, stream($0), RawPeer.number(8))
        }
        #expect(count == 100 && peer.goAwayCode == HTTP2ErrorCode.enhanceYourCalm)
        #expect(peer.session.isFinished)
        peer.session.abandon()
        #expect(peer.handler.closings.values.allSatisfy { $0 == 1 } && peer.handler.closings.count == 101)
    }

    @Test("requests that are malformed count like requests that are taken back") func malformedRequests() throws {
        let peer = try #require(RawPeer())
        let count = rounds(peer) { RawPeer.headers([("x", "y")], on: stream($0)) }
        #expect((100...101).contains(count) && peer.goAwayCode == HTTP2ErrorCode.enhanceYourCalm)
    }

    @Test("frames that make us reset our own answer count, too") func madeResets() throws {
        let peer = try #require(RawPeer())
        // A WINDOW_UPDATE beyond the largest window is an error of its stream.
        let count = rounds(peer) {
            RawPeer.headers(pseudo(), on: stream($0)) + RawPeer.frame(8, 0, stream($0), RawPeer.number(0x7fff_ffff))
        }
        #expect((100...101).contains(count) && peer.goAwayCode == HTTP2ErrorCode.enhanceYourCalm)
    }

    @Test("a client may take back what it likes as long as it completes as much") func honestResets() throws {
        let peer = try #require(RawPeer())
        for round in 0..<400 {
            let first = stream(2 * round)
            peer.send(RawPeer.headers(pseudo(), on: first) + RawPeer.frame(3, 0, first, RawPeer.number(8)))
            peer.send(RawPeer.headers(pseudo(), on: first + 2))
            latin1("HTTP/1.1 204 X\r\n\r\n").withUnsafeBytes {
                _ = peer.session.submitResponse($0, on: first + 2, hasBody: false)
            }
            peer.send([])
        }
        #expect(peer.isGoingOn && peer.handler.closings.count == 800)
    }

    @Test("time forgives") func resetsOverTime() throws {
        let peer = try #require(RawPeer())
        for round in 0..<400 {
            let bytes =
                RawPeer.headers(pseudo(), on: stream(round)) + RawPeer.frame(3, 0, stream(round), RawPeer.number(8))
            peer.send(bytes, now: UInt64(round) * 110_000_000)
        }
        #expect(peer.isGoingOn)
    }

    @Test(
        "frames without a use end the connection",
        arguments: [
            ("PING", RawPeer.frame(6, 0, 0, [UInt8](repeating: 1, count: 8))),
            ("PING ACK", RawPeer.frame(6, 1, 0, [UInt8](repeating: 1, count: 8))),
            ("SETTINGS", RawPeer.frame(4, 0, 0, [])), ("PRIORITY", RawPeer.frame(2, 0, 9, [0, 0, 0, 0, 1])),
            ("WINDOW_UPDATE", RawPeer.frame(8, 0, 0, RawPeer.number(1))),
            ("WINDOW_UPDATE of the stream", RawPeer.frame(8, 0, 1, RawPeer.number(1))),
            ("empty DATA", RawPeer.frame(0, 0, 1, [])), ("padding", RawPeer.frame(0, 8, 1, [4, 0, 0, 0, 0])),
        ]
    )
    func controlFrames(name: String, frame: [UInt8]) throws {
        let peer = try #require(RawPeer())
        peer.send(RawPeer.headers(pseudo(method: "POST"), on: 1, endsStream: false))
        let count = rounds(peer) { _ in frame }
        #expect((900...1_001).contains(count), "\(name)")
        #expect(peer.goAwayCode == HTTP2ErrorCode.enhanceYourCalm)
    }

    @Test("what comes beside bytes of a body is paid for by them") func besideData() throws {
        let peer = try #require(RawPeer())
        peer.send(RawPeer.headers(pseudo(method: "POST"), on: 1, endsStream: false))
        let message =
            RawPeer.frame(0, 0, 1, [1]) + RawPeer.frame(6, 1, 0, [UInt8](repeating: 1, count: 8))
            + RawPeer.frame(8, 0, 0, RawPeer.number(1))
        #expect(rounds(peer, atMost: 5_000) { _ in message } == 5_000)
    }

    @Test("frames of an unknown type are ignored, whatever they are") func unknownFrames() throws {
        let peer = try #require(RawPeer())
        #expect(rounds(peer, atMost: 5_000) { _ in RawPeer.frame(0x77, 0xff, 0, [1, 2, 3]) } == 5_000)
        #expect(peer.sent.count < 5)
    }

    @Test("a flood in one piece, with no output taken, is bounded, too") func onePiece() throws {
        let peer = try #require(RawPeer())
        let ping = RawPeer.frame(6, 0, 0, [UInt8](repeating: 1, count: 8))
        peer.send((0..<20_000).flatMap { _ in ping })
        #expect(!peer.isGoingOn && peer.sent.count <= 1_100)
        #expect(peer.goAwayCode == HTTP2ErrorCode.enhanceYourCalm)
    }

    @Test("CONTINUATION without end ends the connection", arguments: [[UInt8](), RawPeer.block([("x", "y")])])
    func continuations(block: [UInt8]) throws {
        let peer = try #require(RawPeer())
        peer.send(RawPeer.frame(1, 1, 1, RawPeer.block(pseudo())))
        #expect(rounds(peer) { _ in RawPeer.frame(9, 0, 1, block) } < 10)
        #expect(peer.goAwayCode == HTTP2ErrorCode.enhanceYourCalm && peer.handler.events.isEmpty)
    }

    @Test("a few bytes that stand for many fields end the connection") func headerBomb() throws {
        let peer = try #require(RawPeer())
        // One field enters the table, and each byte after it repeats it.
        let entry = [0x40, 1] + latin1("x") + [0x7f, 0xa1, 0x1e] + [UInt8](repeating: 0x61, count: 4_000)
        let block = RawPeer.block(pseudo()) + entry + [UInt8](repeating: 0xbe, count: 10_000)
        peer.send(RawPeer.frame(1, 5, 1, block))
        #expect(!peer.isGoingOn && peer.goAwayCode == HTTP2ErrorCode.enhanceYourCalm)
        #expect(peer.handler.events == ["1 tooLarge"])
    }

    @Test("streams beyond the limit are refused, and then are no streams") func tooManyStreams() throws {
        let peer = try #require(RawPeer())
        // Before the client has confirmed the limit, it is told; afterwards it should know.
        for round in 0..<130 { peer.send(RawPeer.headers(pseudo(), on: stream(round))) }
        #expect(peer.session.openStreamCount == 128 && peer.isGoingOn)
        #expect(peer.resetCode(stream(128)) == HTTP2ErrorCode.refusedStream)
        peer.send(RawPeer.frame(4, 1, 0, []))
        peer.send(RawPeer.headers(pseudo(), on: stream(130)))
        #expect(peer.session.isFinished && peer.goAwayCode == HTTP2ErrorCode.protocolError)
    }

    @Test("interim heads without end end the connection") func interimHeads() throws {
        let peer = try #require(RawPeer(.client))
        _ = latin1(shortRequest).withUnsafeBytes { peer.session.submitRequest($0, hasBody: false) }
        peer.send([])
        let count = rounds(peer) { _ in RawPeer.headers([(":status", "103")], on: 1, endsStream: false) }
        #expect((900...1_001).contains(count) && peer.goAwayCode == HTTP2ErrorCode.enhanceYourCalm)
    }

    @Test("a server may reset what it was asked as often as it likes") func refusals() throws {
        let peer = try #require(RawPeer(.client))
        for round in 0..<500 {
            _ = latin1(shortRequest).withUnsafeBytes { peer.session.submitRequest($0, hasBody: false) }
            peer.send([])
            peer.send(RawPeer.frame(3, 0, stream(round), RawPeer.number(HTTP2ErrorCode.refusedStream)))
        }
        #expect(peer.isGoingOn && peer.handler.closings.count == 500)
    }

    @Test("what is not HTTP/2 is told so and left") func notHTTP2() throws {
        let handler = RecordingHandler()
        let session = try #require(HTTP2Session(role: .server, handler: handler))
        #expect(!latin1("GET / HTTP/1.1\r\nHost: good.test\r\n\r\n").withUnsafeBytes { session.receive($0, now: 0) })
        while session.nextOutput() != nil {}
        #expect(session.isFinished && handler.events.isEmpty)
    }
}
