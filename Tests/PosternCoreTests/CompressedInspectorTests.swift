import PosternCore
import PosternTestSupport
import Testing

private let patterns = ScrubPatterns(secrets: [Secret(latin1(Sample.secret))])

/// What looking at a body in pieces comes to; `nil` if it is not looked at.
private func inspect(_ body: [UInt8], pieces: Int = 65_536) -> CompressedInspector.Verdict? {
    let first = Array(body.prefix(pieces))
    guard let inspector = first.withUnsafeBytes({ CompressedInspector(beginning: $0, patterns: patterns) }) else {
        return nil
    }
    for start in stride(from: 0, to: body.count, by: pieces) {
        let piece = body[start..<min(body.count, start + pieces)]
        if piece.withUnsafeBytes(inspector.inspect) == .refused { return .refused }
    }
    return .clean
}

private func archive(_ secret: String, after count: Int) -> [UInt8] {
    var random = SplitMix64(seed: 13)
    return random.bytes(count, from: latin1("abcdef\n")) + latin1(secret) + random.bytes(100, from: latin1("abc"))
}

@Suite("CompressedInspector")
struct CompressedInspectorTests {
    @Test("a secret is found in whatever says by itself that it is compressed", arguments: [1, 1000, 65_536])
    func finds(pieces: Int) {
        for format in [Compression.gzip, .deflate, .zstd] {
            for count in [0, 1000, 65_536 - 10, 200_000] {
                let body = archive(Sample.secret, after: count)
                #expect(inspect(format.compress(body), pieces: pieces) == .refused, "\(format) after \(count)")
                #expect(inspect(format.compress(body, flushingEvery: 1000), pieces: pieces) == .refused)
                #expect(inspect(format.compress(archive("harmless", after: count)), pieces: pieces) == .clean)
            }
        }
    }

    @Test("also when it was compressed more than once, in a later member, and base 64") func hidden() {
        let once = Compression.gzip.compress(archive(Sample.secret, after: 100))
        let twice = Compression.zstd.compress(once)
        #expect(inspect(twice) == .refused && inspect(Compression.deflate.compress(twice)) == .refused)
        #expect(inspect(Compression.gzip.compress(latin1("first")) + once) == .refused)
        #expect(inspect(latin1("\u{50}\u{2a}\u{4d}\u{18}\u{1}\u{0}\u{0}\u{0}x") + twice) == .refused)
        let encoded = latin1Text(Base64.encode(latin1("a" + Sample.secret)))
        #expect(inspect(Compression.zstd.compress(archive(encoded, after: 0))) == .refused)
    }

    @Test("what is not compressed is not looked into, and broken archives pass") func others() {
        for text in ["", "{\"a\": 1}", "data: x\n\n", "PK\u{3}\u{4}", "\u{1f}\u{8c}xx", "(\u{b5}xx", "xyz"] {
            #expect(inspect(latin1(text)) == nil, "\(text)")
        }
        #expect(inspect(latin1("(like this)"), pieces: 1) == .clean)
        #expect(inspect(Array(Compression.gzip.compress(archive("harmless", after: 1000)).prefix(300))) == .clean)
        #expect(inspect(latin1("\u{1f}\u{8b}\u{8}garbage")) == .clean)
    }

    @Test("bombs are refused", arguments: [Compression.gzip, .deflate, .zstd])
    func bombs(format: Compression) {
        #expect(inspect(format.compress([UInt8](repeating: 0, count: 64 << 20), level: 9)) == .refused)
    }
}
