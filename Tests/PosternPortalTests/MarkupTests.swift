import Testing

@testable import PosternPortal

@Suite struct MarkupTests {
    /// What agents, users and providers may call themselves.
    static let hostile: [String] = [
        "<script>alert(1)</script>", "</title></style><script>alert(1)</script>", "\"><img src=x onerror=alert(1)>",
        "' onmouseover='alert(1)", "&lt;script&gt;", "\"\u{301} autofocus onfocus=\"alert(1)", "<\u{338}script>",
        "'\u{20E3} x='", "\u{FEFF}<\u{200D}b>", "a\u{0}<b>", "javascript:alert(1)", "{{{name}}}", "\u{2028}</script>",
    ]

    @Test("no text becomes markup", arguments: hostile)
    func text(_ name: String) {
        let inElement: HTML = "<p>\(name)</p>"
        let inValue: HTML = "<input value=\"\(name)\">"
        let quoted: HTML = "<p>\(QuotedText.line(name))</p>"
        let block: HTML = "<pre>\(QuotedText.block(name))</pre>"
        #expect(tags(inElement) == ["p", "/p"])
        #expect(tags(inValue) == ["input"])
        #expect(inValue.source.unicodeScalars.count { $0 == "\"" } == 2)
        #expect(!inValue.source.unicodeScalars.contains("'"))
        #expect(Set(tags(quoted)).subtracting(["span", "/span"]) == ["p", "/p", "bdi", "/bdi"])
        #expect(Set(tags(block)).subtracting(["span", "/span"]) == ["pre", "/pre"])
    }

    @Test("a quote with an accent is escaped like one without")
    func accents() {
        let value: HTML = "\("\"\u{301}")"
        #expect(Array(value.source.unicodeScalars) == Array("&quot;\u{301}".unicodeScalars))
    }

    @Test(
        "what cannot be seen is shown by its number",
        arguments: [
            ("\u{202E}", "U+202E"), ("\u{2066}", "U+2066"), ("\u{200B}", "U+200B"), ("\u{1B}", "U+001B"),
            ("\u{0}", "U+0000"), ("\u{9B}", "U+009B"), ("\u{2028}", "U+2028"), ("\u{FEFF}", "U+FEFF"),
            ("\u{E0041}", "U+E0041"), ("\u{AD}", "U+00AD"), ("\u{A0}", "U+00A0"), ("\n", "U+000A"),
            ("\u{3164}", "U+3164"),
        ]
    )
    func invisible(_ character: String, _ name: String) {
        let shown = QuotedText.line("a\(character)b").source
        #expect(shown == "<bdi>a<span class=\"sign\">\(name)</span>b</bdi>")
    }

    @Test("text of any script stays as it is", arguments: ["Ada", "Þóra", "أحمد", "李雷", "Ζωή 7", "O’Hara 🙂"])
    func ordinary(_ name: String) {
        #expect(QuotedText.line(name).source == "<bdi>\(name)</bdi>")
    }

    @Test("long text is cut, and says so")
    func long() {
        let shown = QuotedText.line(String(repeating: "a", count: 10_000), limit: 100).source
        #expect(shown == "<bdi>\(String(repeating: "a", count: 100))<span class=\"sign\">cut</span></bdi>")
        #expect(QuotedText.block("a\n\tb").source == "a\n\tb")
    }

    @Test(
        "a browser is sent to https, or to this machine",
        arguments: [
            ("https://accounts.example.com/o?x=1&y=%20", true), ("https://[2001:db8::1]:8443/", true),
            ("http://127.0.0.1:8080/authorize", true), ("http://localhost/x", true), ("http://[::1]:9/", true),
            ("javascript:alert(1)", false), ("javascript://x/%0aalert(1)", false), ("data:text/html,x", false),
            ("file:///etc/passwd", false), ("http://example.com/", false), ("https://user@evil.test/", false),
            ("https:///x", false), ("//evil.test", false), ("/x", false), ("https://a b/", false),
            ("https://evil.test\\@good.test", false), ("https://a.test/\n", false),
            ("http://localhost.evil.test/", false),
            ("http://127.0.0.1.evil.test/", false), ("https://ex\u{E4}mple.com/", false), ("", false),
        ]
    )
    func links(_ address: String, _ isSafe: Bool) {
        #expect((SafeLink(address) != nil) == isSafe)
    }

    /// The names of the tags, as a browser finds them: scalar by scalar.
    private func tags(_ markup: HTML) -> [String] {
        markup.source.unicodeScalars.split(separator: "<").map { piece in
            String(piece.prefix { $0 != ">" && $0 != " " })
        }
    }
}
