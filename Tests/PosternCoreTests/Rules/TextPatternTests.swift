import PosternCore
import PosternTestSupport
import Testing

@Suite("A text pattern")
struct TextPatternTests {
    private func matches(_ pattern: String, _ text: String) throws -> Bool? {
        var work = MatchingWork()
        return try TextPattern(pattern).matches(Array(text.utf8), work: &work)
    }

    @Test(
        "matches whole texts",
        arguments: [
            ("", "", true), ("", "a", false), ("a", "a", true), ("a", "ab", false), ("a", "ba", false),
            ("a", "a\n", false),
            ("gpt-4.*", "gpt-4o-mini", true), ("gpt-4.*", "xgpt-4", false), ("a|bc", "bc", true), ("a|bc", "ac", false),
            ("(a|b)+c", "abac", true), ("(a|b)+c", "c", false), ("a?b*", "", true), ("a{2,3}", "a", false),
            ("a{2,3}", "aa", true),
            ("a{2,3}", "aaaa", false), ("a{2}", "aa", true), ("a{2,}", "aaaaa", true), ("a{2,}", "a", false),
            ("a{0}", "", true),
            ("a{0}", "a", false), ("[a-c]+", "abc", true), ("[a-c]+", "abd", false), ("[^a-c]+", "xyz", true),
            ("[^a-c]+", "xay", false), ("[a-]+", "a-a", true), ("[-a]+", "-a", true), (#"[\]\\]+"#, #"]\"#, true),
            (#"\d{3}"#, "123", true), (#"\d"#, "٣", false), (#"\w+"#, "a_1", true), (#"\w"#, "é", false),
            (#"\s"#, "\t", true),
            (#"\D\W\S"#, "a-b", true), (#"[\d\s]+"#, "1 2", true), (#"[\D]+"#, "12", false), (#"[^\D]+"#, "12", true),
            (".", "é", true), (".", "😀", true), ("..", "😀", false), (".*", "a\nb", false), (".*", "a\rb", false),
            (#"\.\*\(\)\[\]\{\}\^\$\|\\\/\-"#, #".*()[]{}^$|\/-"#, true), ("é+", "éé", true), ("[à-ü]", "é", true),
            ("(?:ab)*", "abab", true), ("()", "", true), ("(|a)b", "b", true), ("(a*)*", "aaa", true),
            ("(a*)+b", "b", true),
            ("a||b", "", true), (#"\n\t\r"#, "\n\t\r", true), ("(a{1,2}){2}", "aaa", true), ("(){1000}", "", true),
        ]
    )
    func matchesWholeTexts(pattern: String, text: String, expected: Bool) throws {
        #expect(try matches(pattern, text) == expected)
    }

    @Test(
        "is refused if it is broken, unknown or too large",
        arguments: [
            "(", ")", "(a", "a)", "[", "]", "[a", "[]", "[^]", "{", "}", "a{", "a{1", "a{,2}", "a{2,1}", "a{1001}",
            "a{99999}",
            "*", "+a", "?", "a**", "a+?", "a*+", "a{1}{2}", "^a", "a$", #"\"#, #"\b"#, #"\1"#, #"\x41"#, #"\p{L}"#,
            "(?=a)",
            "(?<n>a)", "(?i)a", "[z-a]", #"[\d-z]"#, #"[a-\d]"#, "[[:alpha:]]", "((a{1000}){1000}){1000}",
            "(a{100}){100}",
            #"\é"#, String(repeating: "a", count: 1_001),
            String(repeating: "(", count: 40) + String(repeating: ")", count: 40),
        ]
    )
    func refuses(pattern: String) {
        #expect(throws: PatternFault.self) { try TextPattern(pattern) }
    }

    @Test("of nothing, repeated, is compiled at once")
    func compilesNothing() throws {
        let clock = ContinuousClock()
        let elapsed = clock.measure {
            _ = try? TextPattern("((((((()()){1000}){1000}){1000}){1000}){1000})")
        }
        #expect(elapsed < .seconds(2))
    }

    @Test(
        "takes time in proportion to the text",
        arguments: ["(a*)*b", "(a|aa)+b", "(a+a+)+b", "(.*)(.*)(.*)(.*)b", "a{0,50}a{50}b"]
    )
    func takesLinearTime(pattern: String) throws {
        var work = MatchingWork(steps: 100_000_000)
        let clock = ContinuousClock()
        let text = Array(repeating: UInt8(ascii: "a"), count: 20_000)
        let compiled = try TextPattern(pattern)
        let elapsed = clock.measure { #expect(compiled.matches(text, work: &work) == false) }
        #expect(elapsed < .seconds(8))
    }

    @Test("matches what another engine matches")
    func agreesWithAnotherEngine() throws {
        var generator = SplitMix64(seed: 7)
        let pieces = ["a", "b", "c", ".", "[ab]", "[^a]", "(a|b)", "(ab|c)", "(a|)", "(b*c)", #"\w"#, "(a(b|c))"]
        let repeats = ["", "", "", "*", "+", "?", "{2}", "{1,2}", "{0,3}", "{1,}"]
        for _ in 0..<2_000 {
            let pattern = (0..<Int.random(in: 1...4, using: &generator)).map { _ in
                (pieces.randomElement(using: &generator) ?? "") + (repeats.randomElement(using: &generator) ?? "")
            }
            .joined()
            let text = String(
                (0..<Int.random(in: 0...7, using: &generator)).map { _ in
                    "abc".randomElement(using: &generator) ?? "a"
                }
            )
            let other = try Regex(pattern).wholeMatch(in: text) != nil
            #expect(try matches(pattern, text) == other, "\(pattern) on \(text)")
        }
    }

    @Test("does not match what is not UTF-8")
    func refusesOtherEncodings() throws {
        var work = MatchingWork()
        #expect(try TextPattern(".*").matches([0xff], work: &work) == false)
    }
}
