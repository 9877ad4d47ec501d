import Foundation
import PosternCore
import PosternHTTP2
import PosternTestSupport
import Testing

private let serverFrames: [[UInt8]] = [
    RawPeer.frame(4, 0, 0, [0, 4, 0, 1, 0, 0]), RawPeer.headers(pseudo(), on: 1),
    RawPeer.headers(pseudo(method: "POST") + [("content-length", "5"), ("cookie", "a=b")], on: 3, endsStream: false),
    RawPeer.frame(0, 1, 3, latin1("hello")), RawPeer.headers(pseudo(method: "PUT"), on: 5, endsStream: false),
    RawPeer.frame(0, 8, 5, [2, 1, 2, 3, 0, 0]), RawPeer.headers([("x", "y")], on: 5),
    RawPeer.frame(3, 0, 1, RawPeer.number(8)), RawPeer.frame(6, 0, 0, [UInt8](repeating: 1, count: 8)),
    RawPeer.frame(8, 0, 0, RawPeer.number(1_000)), RawPeer.frame(7, 0, 0, RawPeer.number(1) + RawPeer.number(0)),
    RawPeer.frame(2, 0, 7, [0, 0, 0, 1, 16]), RawPeer.frame(4, 1, 0, []),
]

private let clientFrames: [[UInt8]] = [
    RawPeer.frame(4, 0, 0, [0, 3, 0, 0, 0, 9]),
    RawPeer.headers([(":status", "103"), ("link", "x")], on: 1, endsStream: false),
    RawPeer.headers([(":status", "200"), ("content-length", "5")], on: 1, endsStream: false),
    RawPeer.frame(0, 1, 1, latin1("hello")), RawPeer.headers([(":status", "404")], on: 3),
    RawPeer.headers([(":status", "200")], on: 5, endsStream: false), RawPeer.headers([("grpc-status", "0")], on: 5),
    RawPeer.frame(3, 0, 3, RawPeer.number(7)), RawPeer.frame(7, 0, 0, RawPeer.number(3) + RawPeer.number(0)),
    RawPeer.frame(5, 4, 1, RawPeer.number(2) + RawPeer.block(pseudo())), RawPeer.frame(8, 0, 1, RawPeer.number(9)),
]

private let pieces = [
    "\r\n", "\0", ":", ":path", "host", "\u{ff}\u{ff}", "\u{0}\u{0}\u{0}\u{4}\u{1}", "\u{7f}\u{ff}\u{ff}\u{ff}\u{f}",
    "\u{0}\u{0}\u{1}\u{0}\u{8}\u{0}\u{0}\u{0}\u{1}", "\u{80}", "\u{be}", "\u{40}",
].map(latin1)

@Suite("Random input to sessions")
struct RandomSessionTests {
    private let rounds =
        (ProcessInfo.processInfo.environment["POSTERN_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 60_000) / 10

    @Test("frames of a client, bent and cut", arguments: [(300 as UInt64, false), (301, true)])
    func clients(seed: UInt64, isNoise: Bool) throws {
        var random = SplitMix64(seed: seed)
        var heads = 0
        for _ in 0..<rounds {
            let peer = try #require(RawPeer())
            peer.handler.onHead = answer(in: peer)
            feed(peer, random: &random, frames: serverFrames, isNoise: isNoise)
            for event in peer.handler.events where event.contains(" head") { heads += 1 }
            try check(peer)
        }
        #expect(isNoise || heads > rounds / 4, "\(heads) heads")
    }

    @Test("frames of a server, bent and cut", arguments: [(302 as UInt64, false), (303, true)])
    func servers(seed: UInt64, isNoise: Bool) throws {
        var random = SplitMix64(seed: seed)
        var heads = 0
        for _ in 0..<rounds {
            let peer = try #require(RawPeer(.client))
            for _ in 0..<3 {
                let stream = latin1(shortRequest).withUnsafeBytes { peer.session.submitRequest($0, hasBody: true) }
                if let stream { peer.handler.pieces[stream] = [.bytes(latin1("body")), .trailers("x: y\r\n")] }
            }
            peer.send([])
            feed(peer, random: &random, frames: clientFrames, isNoise: isNoise)
            for event in peer.handler.events where event.contains(" head") { heads += 1 }
            try check(peer)
        }
        #expect(isNoise || heads > rounds / 4, "\(heads) heads")
    }

    private func answer(in peer: RawPeer) -> (Int32, Bool) -> Void {
        { [unowned peer] stream, _ in
            peer.handler.pieces[stream] = [.bytes(latin1("answer")), .trailers("x: y\r\n")]
            latin1("HTTP/1.1 200 OK\r\nX: y\r\n\r\n").withUnsafeBytes {
                _ = peer.session.submitResponse($0, on: stream, hasBody: true)
            }
        }
    }

    private func feed(_ peer: RawPeer, random: inout SplitMix64, frames: [[UInt8]], isNoise: Bool) {
        let bytes: [UInt8]
        if isNoise {
            bytes = (0..<random.below(300)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        } else {
            let count = 3 + random.below(frames.count)
            let chosen = (0..<count).flatMap { random.below(4) == 0 ? random.pick(frames) : frames[$0 % frames.count] }
            bytes = random.mutate(chosen, times: random.below(4), splicing: pieces)
        }
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(1 + random.below(200)))
            rest = rest.dropFirst(piece.count)
            peer.send(piece, now: random.next())
        }
    }

    /// Whatever came, streams are closed once, and heads are heads.
    private func check(_ peer: RawPeer) throws {
        peer.session.abandon()
        #expect(peer.session.openStreamCount == 0 && peer.handler.closings.values.allSatisfy { $0 == 1 })
        for event in peer.handler.events {
            guard let text = event.split(separator: ": ", maxSplits: 1).last, event.contains(" head") else { continue }
            let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
            #expect(lines.suffix(2) == ["", ""] && !lines.dropLast(2).contains("") && !text.utf8.contains(0))
        }
    }
}
