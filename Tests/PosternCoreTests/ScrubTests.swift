import Foundation
import PosternCore
import PosternTestSupport
import Testing

/// Patterns that are looked for as they are.
private func patterns(_ texts: [String]) -> ScrubPatterns { ScrubPatterns(secrets: [], also: texts.map(latin1)) }

private func mask(_ text: [UInt8], _ patterns: ScrubPatterns) -> (bytes: [UInt8], count: Int) {
    var bytes = text
    let count = bytes.withUnsafeMutableBytes { patterns.mask($0) }
    return (bytes, count)
}

/// How much of a text is held back when more may follow.
private func undecided(_ text: [UInt8], _ patterns: ScrubPatterns) -> Int {
    var window = text
    var scrubber = StreamScrubber(patterns)
    return window.count - window.withUnsafeMutableBytes { scrubber.scrub($0, isLast: false) }
}

/// Masks every occurrence of every pattern, without any cleverness.
private func maskSlowly(_ text: [UInt8], _ patterns: [[UInt8]]) -> [UInt8] {
    var result = text
    for pattern in patterns where pattern.count <= text.count {
        for start in 0...(text.count - pattern.count) where text[start...].starts(with: pattern) {
            for index in start..<start + pattern.count { result[index] = UInt8(ascii: "*") }
        }
    }
    return result
}

/// Scrubs a text in pieces, and checks that no more is held back than may be, and nothing that need not be.
private func scrub(
    _ text: [UInt8],
    _ patterns: ScrubPatterns,
    plain: [[UInt8]],
    cutAt cuts: [Int]
) -> (bytes: [UInt8], count: Int) {
    var scrubber = StreamScrubber(patterns)
    var passed: [UInt8] = []
    var held: [UInt8] = []
    var start = 0
    let ends = cuts + [text.count]
    for (index, end) in ends.enumerated() {
        var window = held + text[start..<end]
        start = end
        let isLast = index == ends.count - 1
        let count = window.withUnsafeMutableBytes { scrubber.scrub($0, isLast: isLast) }
        passed += window[..<count]
        held = Array(window[count...])
        if isLast { #expect(held.isEmpty) }
        if !held.isEmpty {
            let isBeginning = plain.contains { $0.count > held.count && $0.starts(with: held) }
            #expect(isBeginning, "\(latin1Text(held)) is held back")
        }
    }
    return (passed, scrubber.maskedCount)
}

private let texts: [([String], String, String)] = [
    (["abcdefgh"], "", ""), (["abcdefgh"], "abcdefg", "abcdefg"), (["abcdefgh"], "abcdefgh", "********"),
    (["abcdefgh"], "xabcdefghy", "x********y"), (["abcdefgh"], "abcdefgabcdefgh", "abcdefg********"),
    (["abcdefgh"], "abcdefghabcdefgh", "****************"), (["abcdefgh"], "ABCDEFGH", "ABCDEFGH"),
    (["abcdefgh"], "abcdefg*abcdefgh", "abcdefg*********"), (["aaaaaaaa"], "aaaaaaaaaaa", "***********"),
    (["aaaaaaaa"], "aaaaaaabaaaaaaaa", "aaaaaaab********"),
    // Overlaps, of one with itself and of two.
    (["abcabcabc"], "abcabcabcabc", "************"), (["abcdefgh", "fghijklm"], "xabcdefghijklmx", "x*************x"),
    (["abcdefgh", "fghijklm"], "xabcdefghijklx", "x********ijklx"),
    (["abcdefgh", "bcdefghi"], "abcdefghi", "*********"),
    // One that begins, ends or holds another.
    (["abcdefgh", "abcdefghijkl"], "abcdefghijkl", "************"),
    (["abcdefgh", "abcdefghijkl"], "abcdefghijkx", "********ijkx"),
    (["abcdefgh", "xxabcdefghxx"], "xxabcdefghxx", "************"),
    (["abcdefgh", "xxabcdefghxx"], "xxabcdefghxy", "xx********xy"),
    (["efghijkl", "abcdefghijkl"], "abcdefghijkl", "************"),
    (["\u{0}\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}\u{ff}"], "a\u{0}\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}\u{ff}b", "a********b"),
]

/// Ways in which servers, libraries and languages write a text into an answer.
private let encodings: [(String, @Sendable ([UInt8]) -> [UInt8])] = [
    ("raw", { $0 }),
    ("percent", { QueryParameters.encoded($0) }),
    ("percent, lower", { latin1(latin1Text(QueryParameters.encoded($0)).replacing(/%../) { $0.output.lowercased() }) }),
    ("percent, each byte", { latin1($0.map { "%" + hex($0) }.joined()) }),
    ("percent, each byte, upper", { latin1($0.map { "%" + hex($0).uppercased() }.joined()) }),
    ("quote() of Python", { latin1(percent($0, keeping: "/")) }),
    ("encodeURIComponent", { latin1(percent($0, keeping: "!'()*")) }),
    ("encodeURI", { latin1(percent($0, keeping: "!'()*;/?:@&=+$,#")) }),
    ("form", { latin1(percent($0, keeping: " ").replacing(" ", with: "+")) }),
    ("hex", { latin1($0.map(hex).joined()) }),
    ("hex, upper", { latin1($0.map(hex).joined().uppercased()) }),
    ("hex, spaced", { latin1($0.map(hex).joined(separator: " ")) }),
    ("hex, upper, spaced", { latin1($0.map(hex).joined(separator: " ").uppercased()) }),
    ("base64", { Base64.encode($0) }),
    ("base64 after one byte", { Base64.encode([0x3a] + $0) }),
    ("base64 of user:secret", { Base64.encode(latin1("user:") + $0) }),
    ("base64 of secret:", { Base64.encode($0 + latin1(":")) }),
    ("base64 in the middle", { Base64.encode(latin1("some text ") + $0 + latin1(" more")) }),
    ("base64url", { latin1(latin1Text(Base64.encode($0)).replacing("+", with: "-").replacing("/", with: "_")) }),
    (
        "base64url after two bytes",
        {
            latin1(latin1Text(Base64.encode([1, 2] + $0)).replacing("+", with: "-").replacing("/", with: "_"))
        }
    ),
    ("JSON", { latin1(latin1Text($0).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")) }),
    (
        "JSON with \\/",
        {
            latin1(
                latin1Text($0).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("/", with: "\\/")
            )
        }
    ),
    ("JSON of Go", { latin1(json($0, "<>&", "\\\"")) }),
    ("JSON of .NET", { latin1(json($0, "<>&'+`\"", "\\u0022", isUpper: true)) }),
    ("\\u of each byte", { latin1($0.map { "\\u00" + hex($0) }.joined()) }),
    ("\\u of each byte, upper", { latin1($0.map { "\\u00" + hex($0).uppercased() }.joined()) }),
    ("\\x of each byte", { latin1($0.map { "\\x" + hex($0) }.joined()) }),
    ("HTML numbers", { latin1($0.map { "&#\($0);" }.joined()) }),
    ("HTML hex numbers", { latin1($0.map { "&#x" + hex($0) + ";" }.joined()) }),
    ("HTML", { latin1(html($0, "&#39;")) }),
    ("HTML of Python", { latin1(html($0, "&#x27;")) }),
    ("HTML of PHP", { latin1(html($0, "&#039;")) }),
    ("XML", { latin1(html($0, "&apos;")) }),
]

private func hex(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }

private func percent(_ bytes: [UInt8], keeping kept: String) -> String {
    bytes.map { kept.utf8.contains($0) ? latin1Text([$0]) : latin1Text(QueryParameters.encoded([$0])) }.joined()
}

private func json(_ bytes: [UInt8], _ escaped: String, _ quote: String, isUpper: Bool = false) -> String {
    bytes.map { byte in
        if byte == UInt8(ascii: "\\") { return "\\\\" }
        if byte == UInt8(ascii: "\"") { return quote }
        guard escaped.utf8.contains(byte) else { return latin1Text([byte]) }
        return "\\u00" + (isUpper ? hex(byte).uppercased() : hex(byte))
    }.joined()
}

private func html(_ bytes: [UInt8], _ apostrophe: String) -> String {
    latin1Text(bytes).replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
        .replacing("\"", with: "&quot;").replacing("'", with: apostrophe)
}

private let secrets = [
    Sample.secret, "12345678", "sk-live_ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", "a b c d e f",
    "p\"q\\r'/s<t>&u=v+w!x(y)`z",
    "====++++////", "aaaaaaaaaaaaaaaa", "abcabcabcabc", "%41%42%43%44", "\\\\\\\\\\\\\\\\", "\"'\"'\"'\"'", "~-._~-._",
    "\u{7f}\u{80}\u{ff}\u{0}\u{1}\u{2}\u{3}\u{4}",
]

@Suite("ScrubPatterns, StreamScrubber and the encodings of secrets")
struct ScrubTests {
    @Test("texts", arguments: texts)
    func masks(patterns texts: [String], text: String, expected: String) {
        let result = mask(latin1(text), patterns(texts))
        #expect(latin1Text(result.bytes) == expected)
        #expect(latin1Text(maskSlowly(latin1(text), texts.map(latin1))) == expected)
    }

    @Test("a stream cut anywhere, once or twice or at each byte, is masked like the whole", arguments: texts)
    func cuts(patterns texts: [String], text: String, expected: String) {
        let compiled = patterns(texts)
        let plain = texts.map(latin1)
        let bytes = latin1(text)
        let whole = mask(bytes, compiled)
        for first in 0...bytes.count {
            for second in first...bytes.count {
                let result = scrub(bytes, compiled, plain: plain, cutAt: [first, second])
                #expect(
                    latin1Text(result.bytes) == expected && result.count == whole.count,
                    "cut at \(first) and \(second)"
                )
            }
        }
        let result = scrub(bytes, compiled, plain: plain, cutAt: Array(0..<bytes.count))
        #expect(latin1Text(result.bytes) == expected && result.count == whole.count)
    }

    @Test("random patterns in random texts in random pieces: as the slow search has it") func oracle() {
        var random = SplitMix64(seed: 7)
        for round in 0..<3_000 {
            let alphabet = latin1(round % 2 == 0 ? "ab" : "abc*")
            let plain = (0...random.below(4)).map { _ in random.bytes(8 + random.below(12), from: alphabet) }
            let compiled = ScrubPatterns(secrets: [], also: plain)
            var text = random.bytes(random.below(60), from: alphabet)
            for _ in 0..<random.below(4) {
                text.insert(contentsOf: random.pick(plain), at: random.below(text.count + 1))
            }
            let expected = maskSlowly(text, plain)
            #expect(mask(text, compiled).bytes == expected)
            var cuts: [Int] = []
            var place = 0
            while place < text.count {
                place = min(text.count, place + random.below(9))
                cuts.append(place)
            }
            let result = scrub(text, compiled, plain: plain, cutAt: cuts)
            #expect(result.bytes == expected, "\(latin1Text(text)) cut at \(cuts)")
        }
    }

    @Test("every secret is found in every encoding, with anything around it", arguments: encodings.map(\.0))
    func findsEncodings(name: String) throws {
        let encode = try #require(encodings.first { $0.0 == name }).1
        for secret in secrets {
            let compiled = ScrubPatterns(secrets: [Secret(latin1(secret))])
            for (before, after) in [("", ""), ("{\"k\":\"", "\"}"), ("=", "&"), ("a", "a"), ("%", "%"), ("\\", "\\")] {
                let encoded = encode(latin1(secret))
                let result = mask(latin1(before) + encoded + latin1(after), compiled)
                #expect(result.count >= 1, "\(secret) as \(latin1Text(encoded))")
                // Of base 64 the first and last characters may depend on what is around; nothing longer may remain.
                let left = result.bytes.split(separator: UInt8(ascii: "*")).map(\.count).max() ?? 0
                let context = name.contains("middle") ? 16 : name.contains("user") ? 8 : 4
                #expect(left <= context + max(before.count, after.count), "\(latin1Text(result.bytes))")
            }
        }
    }

    @Test("planted encodings are found in a stream at any cut") func plantedEncodings() throws {
        var random = SplitMix64(seed: 8)
        let secret = latin1("s3cr3t/value+01\"<&'")
        let compiled = ScrubPatterns(secrets: [Secret(secret)])
        for (name, encode) in encodings {
            let encoded = encode(secret)
            for _ in 0..<20 {
                let noise = latin1("s3cr%2Fvalue+&#x\\u00 abcdef")
                let text =
                    random.bytes(random.below(300), from: noise) + encoded
                    + random.bytes(random.below(300), from: noise)
                let whole = mask(text, compiled)
                var scrubber = StreamScrubber(compiled)
                var held: [UInt8] = []
                var passed: [UInt8] = []
                var rest = text[...]
                while true {
                    let piece = rest.prefix(random.below(40))
                    rest = rest.dropFirst(piece.count)
                    var window = held + piece
                    let count = window.withUnsafeMutableBytes { scrubber.scrub($0, isLast: rest.isEmpty) }
                    passed += window[..<count]
                    held = Array(window[count...])
                    #expect(held.count <= 6 * secret.count)
                    if rest.isEmpty { break }
                }
                #expect(passed == whole.bytes && scrubber.maskedCount == whole.count, "\(name)")
                #expect(whole.count >= 1 && !passed.contains(run: encoded), "\(name)")
            }
        }
    }

    @Test("text without a secret is passed on at once and unchanged") func plainText() {
        let compiled = ScrubPatterns(secrets: [Secret(latin1(Sample.secret))])
        let text = latin1("data: {\"choices\":[{\"delta\":{\"content\":\"Hello, wörld!\"}}]}\n\n")
        var scrubber = StreamScrubber(compiled)
        for _ in 0..<100 {
            var window = text
            #expect(window.withUnsafeMutableBytes { scrubber.scrub($0, isLast: false) } == text.count)
            #expect(window == text)
        }
        #expect(scrubber.maskedCount == 0)
    }

    @Test(
        "what is held back is the longest true beginning of a pattern",
        arguments: [
            ("", 0), ("x", 1), ("y", 0), ("xa", 1), ("xab", 2), ("abcdefg", 7), ("abcdefgh", 0), ("abcdefgha", 1),
            ("abab", 2), ("abcx", 1), ("abcz", 0), ("xyz", 3),
            ("xyzxyzx", 7), ("xyzxyzxy", 5), ("aaxyz", 3),
        ]
    )
    func heldBack(text: String, expected: Int) {
        let compiled = patterns(["abcdefgh", "xyzxyzxy"])
        #expect(undecided(latin1(text), compiled) == expected)
    }

    @Test("short strings are not looked for, and none is found in nothing") func shortPatterns() {
        #expect(patterns(["abcdefg"]).isEmpty && patterns([]).isEmpty && !patterns(["abcdefgh"]).isEmpty)
        #expect(mask(latin1("abcdefg"), patterns(["abcdefg"])).count == 0)
        #expect(mask([], patterns(["abcdefgh"])).count == 0)
        #expect(undecided(latin1("abc"), patterns([])) == 0)
    }

    @Test("the longest secret of any bytes fits the buffers") func longest() {
        for byte in [UInt8(ascii: "a"), UInt8(ascii: "\""), 0xff] {
            let secret = [UInt8](repeating: byte, count: ScrubPatterns.maximumSecretLength)
            let compiled = ScrubPatterns(secrets: [Secret(secret)])
            let numbered = latin1(secret.map { "&#x\(hex($0));" }.joined())
            #expect(undecided(numbered.dropLast(), compiled) == numbered.count - 1)
            let result = mask(numbered, compiled)
            #expect(result.count == 1 && result.bytes.allSatisfy { $0 == UInt8(ascii: "*") })
        }
    }

    @Test("a secret that repeats itself costs no more than its text", .timeLimit(.minutes(1))) func repetition() {
        let compiled = ScrubPatterns(secrets: [Secret([UInt8](repeating: UInt8(ascii: "a"), count: 4_096))])
        let clock = ContinuousClock()
        let elapsed = clock.measure {
            let result = mask([UInt8](repeating: UInt8(ascii: "a"), count: 65_536), compiled)
            #expect(result.bytes.allSatisfy { $0 == UInt8(ascii: "*") })
        }
        #expect(elapsed < .seconds(10))
    }
}
