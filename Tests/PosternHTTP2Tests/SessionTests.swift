import PosternCore
import PosternHTTP2
import PosternTestSupport
import Testing

@Suite("A client's session and a server's")
struct SessionTests {
    @Test("a request and its answer arrive as the text that they were given as") func unary() throws {
        let pair = try #require(SessionPair())
        let stream = try #require(
            pair.request(
                "POST /v1/messages?beta=1 HTTP/1.1\r\nHost: good.test\r\nX-Api-Key: s3cr3t\r\nConnection: close\r\n"
                    + "TE: trailers\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\nCookie: a=b\r\n\r\n",
                hasBody: true
            )
        )
        pair.clientHandler.pieces[stream] = [.bytes(latin1("hello")), .end]
        pair.pump()
        #expect(
            pair.serverHandler.events == [
                "1 head: POST /v1/messages?beta=1 HTTP/1.1\r\nHost: good.test\r\nx-api-key: s3cr3t\r\nte: trailers\r\n"
                    + "content-length: 5\r\nCookie: a=b\r\n\r\n", "1 end",
            ]
        )
        #expect(pair.serverHandler.bodies[stream] == latin1("hello"))
        pair.respond(
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nKeep-Alive: x\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n\r\n",
            on: stream,
            hasBody: true
        )
        pair.serverHandler.pieces[stream] = [.bytes(latin1("bye")), .end]
        pair.pump()
        #expect(
            pair.clientHandler.events == [
                "1 head: HTTP/1.1 200 \r\ncontent-type: text/plain\r\nset-cookie: a\r\nset-cookie: b\r\n\r\n", "1 end",
                "1 closed 0",
            ]
        )
        #expect(pair.clientHandler.bodies[stream] == latin1("bye"))
        #expect(pair.client.openStreamCount == 0 && pair.server.openStreamCount == 0)
        #expect(pair.serverHandler.events.last == "1 closed 0")
    }

    @Test("a head that ends its stream has no framing, one that does not says that a body follows") func framing()
        throws
    {
        let pair = try #require(SessionPair())
        _ = try #require(pair.request(shortRequest))
        let second = try #require(pair.request("PUT /x HTTP/1.1\r\nHost: good.test\r\n\r\n", hasBody: true))
        pair.pump()
        #expect(
            pair.serverHandler.events == [
                "1 head+end: GET / HTTP/1.1\r\nHost: good.test\r\n\r\n",
                "3 head: PUT /x HTTP/1.1\r\nHost: good.test\r\nTransfer-Encoding: chunked\r\n\r\n",
            ]
        )
        pair.clientHandler.pieces[second] = [.end]
        pair.client.resume(second)
        pair.pump()
        #expect(pair.serverHandler.events.last == "3 end")
        pair.respond("HTTP/1.1 204 No Content\r\n\r\n", on: 1)
        pair.pump()
        #expect(pair.clientHandler.events == ["1 head+end: HTTP/1.1 204 \r\n\r\n", "1 closed 0"])
    }

    @Test("bodies stream both ways at once, with trailers behind each") func bidirectional() throws {
        let pair = try #require(SessionPair())
        let stream = try #require(pair.request("POST /g HTTP/1.1\r\nHost: good.test\r\n\r\n", hasBody: true))
        pair.pump()
        pair.respond("HTTP/1.1 200 OK\r\n\r\n", on: stream, hasBody: true)
        for round in 0..<20 {
            pair.clientHandler.pieces[stream] = [.bytes(latin1("q\(round)"))]
            pair.client.resume(stream)
            pair.pump()
            pair.serverHandler.pieces[stream] = [.bytes(latin1("a\(round)"))]
            pair.server.resume(stream)
            pair.pump()
        }
        pair.clientHandler.pieces[stream] = [.trailers("X-Last: 1\r\nContent-Length: 9\r\n")]
        pair.client.resume(stream)
        pair.pump()
        pair.serverHandler.pieces[stream] = [.trailers("grpc-status: 0\r\ngrpc-message: \r\n")]
        pair.server.resume(stream)
        pair.pump()
        #expect(pair.serverHandler.bodies[stream] == latin1((0..<20).map { "q\($0)" }.joined()))
        #expect(pair.clientHandler.bodies[stream] == latin1((0..<20).map { "a\($0)" }.joined()))
        #expect(pair.serverHandler.events.suffix(3) == ["1 trailers: x-last: 1\r\n", "1 end", "1 closed 0"])
        #expect(
            pair.clientHandler.events.suffix(3) == [
                "1 trailers: grpc-status: 0\r\ngrpc-message: \r\n", "1 end", "1 closed 0",
            ]
        )
    }

    @Test("interim heads come before the final one") func interim() throws {
        let pair = try #require(SessionPair())
        let stream = try #require(pair.request(shortRequest))
        pair.pump()
        latin1("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n").withUnsafeBytes {
            _ = pair.server.submitInterim($0, on: stream)
        }
        pair.respond("HTTP/1.1 404 Not Found\r\n\r\n", on: stream)
        pair.pump()
        #expect(
            pair.clientHandler.events == [
                "1 head: HTTP/1.1 103 \r\nlink: </a>\r\n\r\n", "1 head+end: HTTP/1.1 404 \r\n\r\n", "1 closed 0",
            ]
        )
    }

    @Test("a stream's window closes, and opens again with what is consumed") func streamWindow() throws {
        let pair = try #require(SessionPair())
        pair.serverHandler.consumesAtOnce = false
        let stream = try #require(pair.request("PUT / HTTP/1.1\r\nHost: good.test\r\n\r\n", hasBody: true))
        pair.clientHandler.pieces[stream] = [.bytes([UInt8](repeating: 7, count: 400_000)), .end]
        pair.pump()
        #expect(pair.serverHandler.bodies[stream]?.count == 131_072)
        pair.server.consumed(100_000, on: stream)
        pair.pump()
        #expect(pair.serverHandler.bodies[stream]?.count == 231_072)
        // More than there is cannot be given back.
        pair.server.consumed(.max, on: stream)
        pair.server.consumed(-1, on: stream)
        pair.pump()
        #expect(pair.serverHandler.bodies[stream]?.count == 362_144)
        pair.server.consumed(131_072, on: stream)
        pair.pump()
        #expect(pair.serverHandler.bodies[stream]?.count == 400_000)
        #expect(pair.serverHandler.events.last == "1 end")
    }

    @Test("the connection's window is shared, and what closed streams held of it comes back") func connectionWindow()
        throws
    {
        var limits = HTTP2Limits()
        limits.connectionWindowBytes = 200_000
        let pair = try #require(SessionPair(serverLimits: limits))
        pair.serverHandler.consumesAtOnce = false
        for round in 0..<20 {
            let streams = try (0..<2).map { _ in
                try #require(pair.request("PUT / HTTP/1.1\r\nHost: good.test\r\n\r\n", hasBody: true))
            }
            for stream in streams {
                pair.clientHandler.pieces[stream] = [.bytes([UInt8](repeating: 7, count: 150_000))]
            }
            pair.pump()
            let received = streams.map { pair.serverHandler.bodies[$0]?.count ?? 0 }.reduce(0, +)
            // WINDOW_UPDATE waits until half of the window is free.
            #expect(received > 100_000)
            if round.isMultiple(of: 2) {
                for stream in streams { pair.server.reset(stream, code: HTTP2ErrorCode.cancel) }
            } else {
                for stream in streams { pair.client.reset(stream, code: HTTP2ErrorCode.cancel) }
            }
            pair.pump()
        }
    }

    @Test("either side resets a stream, and each hears of it once") func reset() throws {
        let pair = try #require(SessionPair())
        let first = try #require(pair.request(shortRequest))
        let second = try #require(pair.request(shortRequest))
        pair.pump()
        pair.client.reset(first, code: HTTP2ErrorCode.cancel)
        pair.client.reset(first, code: HTTP2ErrorCode.cancel)
        pair.server.reset(second, code: HTTP2ErrorCode.http11Required)
        pair.pump()
        #expect(pair.clientHandler.events == ["1 closed 8", "3 closed 13"])
        #expect(pair.serverHandler.events.suffix(2).sorted() == ["1 closed 8", "3 closed 13"])
        #expect(pair.serverHandler.closings == [1: 1, 3: 1] && pair.clientHandler.closings == [1: 1, 3: 1])
        // Streams that are gone are nobody's.
        pair.respond("HTTP/1.1 200 OK\r\n\r\n", on: first)
        pair.server.consumed(10, on: first)
        pair.server.resume(first)
        pair.server.reset(first, code: 0)
        pair.pump()
        #expect(pair.client.acceptsRequest)
    }

    @Test("an answer before the end of the request is told, and the rest of the request", arguments: [true, false])
    func earlyAnswer(isReset: Bool) throws {
        let pair = try #require(SessionPair())
        let stream = try #require(pair.request("PUT / HTTP/1.1\r\nHost: good.test\r\n\r\n", hasBody: true))
        pair.pump()
        pair.respond("HTTP/1.1 413 X\r\n\r\n", on: stream)
        pair.pump()
        #expect(pair.serverHandler.events.last == "1 answered first")
        if isReset {
            pair.server.reset(stream, code: HTTP2ErrorCode.noError)
        } else {
            pair.clientHandler.pieces[stream] = [.bytes(latin1("rest")), .end]
            pair.client.resume(stream)
        }
        pair.pump()
        #expect(pair.clientHandler.events == ["1 head+end: HTTP/1.1 413 \r\n\r\n", "1 closed 0"])
        #expect(pair.serverHandler.bodies[stream] == (isReset ? nil : latin1("rest")))
        #expect(pair.serverHandler.events.last == "1 closed 0" && pair.server.openStreamCount == 0)
    }

    @Test("after GOAWAY open streams go on, new ones do not begin, and then it is over") func goAway() throws {
        let pair = try #require(SessionPair())
        let stream = try #require(pair.request(shortRequest))
        pair.pump()
        pair.server.goAway()
        pair.pump()
        #expect(pair.clientHandler.events == ["goaway 1 0"])
        #expect(!pair.client.acceptsRequest && pair.request(shortRequest) == nil)
        #expect(!pair.client.isFinished && !pair.server.isFinished)
        pair.respond("HTTP/1.1 200 OK\r\n\r\n", on: stream)
        pair.pump()
        #expect(pair.clientHandler.events.last == "1 closed 0")
        #expect(pair.client.isFinished && pair.server.isFinished)
    }

    @Test("a request that crossed GOAWAY is refused, so that it can be sent elsewhere") func crossedGoAway() throws {
        let pair = try #require(SessionPair())
        pair.server.goAway()
        _ = try #require(pair.request(shortRequest))
        pair.pump()
        #expect(pair.clientHandler.events == ["goaway 0 0", "1 closed 7"])
        #expect(pair.serverHandler.events.isEmpty)
    }

    @Test("a client opens no more streams than the server allows") func concurrency() throws {
        var limits = HTTP2Limits()
        limits.maxConcurrentStreams = 2
        let pair = try #require(SessionPair(serverLimits: limits))
        #expect(pair.client.maxConcurrentStreamsOfPeer == 2)
        let first = try #require(pair.request(shortRequest))
        _ = try #require(pair.request(shortRequest))
        #expect(pair.request(shortRequest) == nil)
        pair.pump()
        pair.respond("HTTP/1.1 200 OK\r\n\r\n", on: first)
        pair.pump()
        #expect(pair.request(shortRequest) != nil)
    }

    @Test("a connection that is gone closes what was open") func abandon() throws {
        let pair = try #require(SessionPair())
        _ = pair.request(shortRequest)
        _ = pair.request(shortRequest)
        pair.pump()
        pair.server.abandon()
        pair.server.abandon()
        #expect(pair.serverHandler.closings == [1: 1, 3: 1])
        #expect(pair.server.isFinished && pair.server.nextOutput() == nil && !pair.server.hasOutput)
        let isGoingOn = latin1("x").withUnsafeBytes { pair.server.receive($0, now: 0) }
        #expect(!isGoingOn)
    }

    @Test("a connection that is given up from inside what was reported reports no more") func abandonInside() throws {
        let peer = try #require(RawPeer())
        peer.handler.onHead = { [unowned peer] _, _ in peer.session.abandon() }
        peer.send(RawPeer.headers(pseudo(), on: 1) + RawPeer.headers(pseudo(), on: 3))
        #expect(peer.handler.events == ["1 head+end: \(shortRequest)", "1 closed 8"])
        #expect(peer.session.isFinished)
    }

    @Test("a handler may answer, reset and give up from inside what it is told") func reentrancy() throws {
        let pair = try #require(SessionPair())
        let server = pair.server
        pair.serverHandler.onHead = { stream, _ in
            let answer = latin1("HTTP/1.1 200 OK\r\n\r\n")
            switch stream % 6 {
            case 1: answer.withUnsafeBytes { _ = server.submitResponse($0, on: stream, hasBody: false) }
            case 3: server.reset(stream, code: HTTP2ErrorCode.cancel)
            default:
                answer.withUnsafeBytes { _ = server.submitResponse($0, on: stream, hasBody: false) }
                server.reset(stream, code: HTTP2ErrorCode.noError)
            }
        }
        for _ in 0..<30 {
            _ = try #require(
                pair.request("PUT / HTTP/1.1\r\nHost: good.test\r\nContent-Length: 0\r\n\r\n", hasBody: true)
            )
        }
        pair.pump()
        for stream in stride(from: Int32(1), to: 60, by: 2) {
            pair.clientHandler.pieces[stream] = [.end]
            pair.client.resume(stream)
        }
        pair.pump()
        #expect(pair.server.openStreamCount == 0 && pair.client.openStreamCount == 0)
        #expect(pair.serverHandler.closings.count == 30 && pair.serverHandler.closings.values.allSatisfy { $0 == 1 })
    }

    @Test("streams that always have something to send take turns") func turns() throws {
        let pair = try #require(SessionPair())
        pair.clientHandler.consumesAtOnce = false
        for _ in 0..<3 { _ = try #require(pair.request(shortRequest)) }
        pair.pump()
        for stream in [1, 3, 5] as [Int32] {
            pair.serverHandler.pieces[stream] = [.bytes([UInt8](repeating: 1, count: 60_000))]
            pair.respond("HTTP/1.1 200 OK\r\n\r\n", on: stream, hasBody: true)
        }
        // Three heads, and one piece of each body.
        for _ in 0..<6 {
            guard let bytes = pair.server.nextOutput() else { break }
            _ = pair.client.receive(bytes, now: 0)
        }
        #expect(pair.clientHandler.bodies.keys.sorted() == [1, 3, 5])
    }
}
