import PosternCore
import PosternTestSupport

/// One credential, and answers that bring it back, or do not.
struct ScrubTrial {
    private static let alphabets = [
        "0123456789abcdef", "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~",
        "abcxyz019 !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
    ].map(latin1)

    private static let codings: [[Compression]] = [
        [], [], [.gzip], [.deflate], [.bareDeflate], [.brotli], [.zstd], [.gzip, .brotli],
    ]

    private static let roomBytes = 4096
    private static let words = [
        "data", ": ", "{\"", "\":", "the ", "null,", "é", "\\n", "%2", "&#3", "\\u0", "=", "+", "a1", "\n",
    ]
    .map { Array($0.utf8) }

    private let secret: String
    private let oracle: LeakOracle
    private let rule: AccessRule
    private let scrubbing: ScrubPatterns
    /// More than this may never be held back: the longest form is that of the Basic pair.
    private let maxHeldBack: Int

    init(_ random: inout SplitMix64) throws {
        let alphabet = random.pick(ScrubTrial.alphabets)
        let length = (alphabet.count < 20 ? 12 : 8) + random.below(random.below(4) == 0 ? 189 : 40)
        let bytes = random.bytes(length, from: alphabet)
        secret = latin1Text(bytes)
        oracle = LeakOracle(bytes)
        let basic = InjectionTemplate.basic(username: Sample.template("{user}"), password: Sample.template("{secret}"))
        let contents = Sample.contents(
            provider: Sample.provider(injection: [basic]),
            credential: Sample.credential(secrets: ["secret": secret], inputs: ["user": SecretWriting.user])
        )
        rule = try contents.authorize("GET http://good.test/ HTTP/1.1\r\nHost: good.test\r\n\r\n").rule
        guard let scrubbing = rule.injection?.scrubbing else { throw UpstreamError.responseMalformed }
        self.scrubbing = scrubbing
        maxHeldBack = 6 * ((SecretWriting.user.count + 1 + length) * 4 / 3 + 4)
    }

    /// Runs one answer; returns what is wrong with it.
    func run(_ random: inout SplitMix64) -> String? {
        let writing = random.pick(SecretWriting.all)
        switch random.below(8) {
        case 0: return head(writing, &random)
        case 1: return trailers(writing, &random)
        case 2: return events(writing, &random)
        default: return body(writing, &random)
        }
    }

    // MARK: Places

    private func head(_ writing: (name: String, write: SecretWriting.Write), _ random: inout SplitMix64) -> String? {
        let written = writing.write(secret, &random)
        let value = latin1Text(written.bytes)
        let reason = random.below(2) == 0 ? "OK" : "a=\(value);"
        let text = "HTTP/1.1 200 \(reason)\r\nX-One: 1\r\nX-Echo: a=\(value);\r\nX-Two: 2\r\n\r\n"
        guard let head = try? ResponseHead.read(text) else { return "no head: \(text)" }
        var sent: [UInt8] = []
        let masked = DownstreamHead(head, under: rule, masking: rule.injection?.scrubbing)
            .append(to: &sent, framing: .none, connection: nil)
        guard masked > 0, sent.count == text.utf8.count else { return "\(writing.name) in a head: not masked" }
        return oracle.encoding(in: sent).map { "\(writing.name) in a head: leaks as \($0)" }
    }

    private func trailers(_ writing: (name: String, write: SecretWriting.Write), _ random: inout SplitMix64) -> String?
    {
        let value = latin1Text(writing.write(secret, &random).bytes)
        let text = latin1("grpc-status: 0\r\ngrpc-message: a=\(value);\r\nx: y\r\n")
        var sent: [UInt8] = []
        let masked = text.withUnsafeBytes {
            (try? DownstreamTrailers.append($0, under: rule, masking: rule.injection?.scrubbing, to: &sent)) ?? 0
        }
        guard masked > 0, sent.count == text.count else { return "\(writing.name) in trailers: not masked" }
        return oracle.encoding(in: sent).map { "\(writing.name) in trailers: leaks as \($0)" }
    }

    /// A stream in which each event comes in pieces of its own; one of them has the secret.
    private func events(_ writing: (name: String, write: SecretWriting.Write), _ random: inout SplitMix64) -> String? {
        var body = ScrubBody()
        var ends: [Int] = []
        let count = 1 + random.below(6)
        let chosen = random.below(count + 1)
        for index in 0..<count {
            body.append(latin1("event: delta\ndata: {\"text\":\""))
            if index == chosen { body.append(writing.write(secret, &random)) }
            body.append(latin1("\"}\n\n"))
            ends.append(body.bytes.count)
        }
        let inside = (0..<random.below(8)).map { _ in random.below(body.bytes.count) }
        let cuts = (ends + inside).sorted()
        let codings = random.below(2) == 0 ? [] : [random.pick(Compression.allCases)]
        let stream = ScrubStream(scrubbing, maxHeldBack: maxHeldBack, roomBytes: ScrubTrial.roomBytes)
        let outcome: ScrubStream.Outcome
        if let coding = codings.first {
            let coded = coding.compress(body.bytes, flushingEvery: ends[0])
            outcome = stream.pass(coded, codings: coding.rawValue, cuts: cuts.filter { $0 < coded.count })
        } else {
            // A whole event never waits for the next.
            outcome = stream.pass(body.bytes, codings: nil, cuts: cuts, whole: Set(ends))
        }
        return verdict(body, outcome).map { "\(writing.name) in an event stream, \(codings): \($0)" }
    }

    private func body(_ writing: (name: String, write: SecretWriting.Write), _ random: inout SplitMix64) -> String? {
        var body = ScrubBody()
        let isLong = random.below(500) == 0
        body.append(noise(isLong ? 70_000 : random.below(700), &random))
        for _ in 0..<random.below(3) {
            body.append(writing.write(secret, &random))
            body.append(noise(1 + random.below(300), &random))
            if random.below(2) == 0 {
                // Nearly the secret.
                let written = random.pick(SecretWriting.all).write(secret, &random)
                body.append(Array(written.bytes.prefix(written.secret.lowerBound + written.secret.count * 3 / 5)))
                body.append([0x0a])
            }
        }
        let codings = random.pick(ScrubTrial.codings)
        let flush = random.below(3) == 0 ? 1 + random.below(200) + body.bytes.count / 50 : 0
        let coded = codings.reduce(body.bytes) { $1.compress($0, level: 1 + random.below(3), flushingEvery: flush) }
        let outcome = ScrubStream(scrubbing, maxHeldBack: maxHeldBack, roomBytes: ScrubTrial.roomBytes).pass(
            coded,
            codings: codings.isEmpty ? nil : codings.map(\.rawValue).joined(separator: ", "),
            cuts: cuts(of: coded.count, around: codings.isEmpty ? body.secrets : [], &random)
        )
        return verdict(body, outcome).map { "\(writing.name) in a body, \(codings): \($0)" }
    }

    private func noise(_ count: Int, _ random: inout SplitMix64) -> [UInt8] {
        if random.below(2) == 0 { return random.bytes(count, from: random.pick(ScrubTrial.alphabets)) + [0x0a] }
        var result: [UInt8] = []
        while result.count < count { result += random.pick(ScrubTrial.words) }
        return result + [0x0a]
    }

    /// Cuts anywhere, at each byte, or at some byte of each secret.
    private func cuts(of count: Int, around secrets: [Range<Int>], _ random: inout SplitMix64) -> [Int] {
        switch random.below(4) {
        case 0: return []
        case 1 where count < 1000: return Array(0..<count)
        case 2: return secrets.map { $0.lowerBound + random.below($0.count) }
        default:
            var cuts: [Int] = []
            let longest = 1 + random.below(500)
            var place = random.below(longest)
            while place < count {
                cuts.append(place)
                place += 1 + random.below(longest)
            }
            return cuts
        }
    }

    // MARK: What came out

    private func verdict(_ body: ScrubBody, _ outcome: ScrubStream.Outcome) -> String? {
        let sent: [UInt8]
        switch outcome {
        case .broken(let what): return what
        case .sent(let bytes): sent = bytes
        }
        guard sent.count == body.bytes.count else { return "\(sent.count) bytes of \(body.bytes.count)" }
        if !body.secrets.isEmpty, oracle.encoding(in: body.bytes) == nil { return "the oracle is blind" }
        if let name = oracle.encoding(in: sent) { return "leaks as \(name)" }
        // Asterisks where a secret was, and nowhere else.
        var expected = body.bytes
        for range in body.secrets {
            expected.replaceSubrange(range, with: repeatElement(UInt8(ascii: "*"), count: range.count))
        }
        guard let place = sent.indices.first(where: { sent[$0] != expected[$0] }) else { return nil }
        return """
            corrupt at \(place) beside \(body.secrets), secret \(secret):
            \(latin1Text(body.bytes[max(0, place - 40)..<min(sent.count, place + 40)]))
            \(latin1Text(sent[max(0, place - 40)..<min(sent.count, place + 40)]))
            """
    }
}

/// A body, and where the secrets in it are.
private struct ScrubBody {
    private(set) var bytes: [UInt8] = []
    private(set) var secrets: [Range<Int>] = []

    mutating func append(_ more: [UInt8]) { bytes += more }

    mutating func append(_ written: WrittenSecret) {
        secrets.append(bytes.count + written.secret.lowerBound..<bytes.count + written.secret.upperBound)
        bytes += written.bytes
    }
}
