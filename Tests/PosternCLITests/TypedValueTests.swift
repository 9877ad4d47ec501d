import PosternCLI
import PosternCore
import Testing

@Suite("What is typed")
struct TypedValueTests {
    @Test(
        "as a length of time is read with its unit",
        arguments: [("30s", 30), ("10m", 600), ("12h", 43_200), ("30d", 2_592_000), ("2w", 1_209_600), ("0s", 0)]
    )
    func spans(text: String, seconds: Int) { #expect(Span(text)?.seconds == seconds) }

    @Test(
        "as a length of time is refused without a unit, a number or an end",
        arguments: [
            "", "s", "30", "-1s", "+1s", "1.5h", "30 d", "30D", "1y", "99999999999999999999d", "9999999w", "٣s",
        ]
    )
    func notSpans(text: String) { #expect(Span(text) == nil) }

    @Test(
        "as a name and a value is parted at the first sign",
        arguments: [("a=b", "a", "b"), ("a=", "a", ""), ("a=b=c", "a", "b=c")]
    )
    func namedValues(text: String, name: String, value: String) {
        #expect(NamedValue(text)?.name == name)
        #expect(NamedValue(text)?.value == value)
    }

    @Test("as a name and a value needs both", arguments: ["", "a", "=b"])
    func notNamedValues(text: String) { #expect(NamedValue(text) == nil) }

    @Test("in secret is edited as in any line")
    func secretLines() {
        func typed(_ text: String) -> (SecretLine.Step, String) {
            var line = SecretLine()
            var step = SecretLine.Step.more
            for byte in text.utf8 where step == .more { step = line.feed(byte) }
            return (step, String(decoding: line.secret().withBytes { Array($0) }, as: UTF8.self))
        }
        #expect(typed("abc\n") == (.done, "abc"))
        #expect(typed("abc\r") == (.done, "abc"))
        #expect(typed("abx\u{7f}c\n") == (.done, "abc"))
        #expect(typed("é\u{8}a\n") == (.done, "a"))
        #expect(typed("\u{7f}\u{7f}a\n") == (.done, "a"))
        #expect(typed("old\u{15}new\n") == (.done, "new"))
        #expect(typed("ab\u{3}c\n").0 == .interrupted)
        #expect(typed("\u{1b}ab\u{4}") == (.done, "ab"))
        #expect(typed(String(repeating: "a", count: SecretLine.maxBytes)).0 == .more)
        #expect(typed(String(repeating: "a", count: SecretLine.maxBytes + 1)).0 == .tooLong)
    }
}
