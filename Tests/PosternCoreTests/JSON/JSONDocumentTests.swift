import PosternCore
import PosternTestSupport
import Testing

@Suite("A JSON text")
struct JSONDocumentTests {
    @Test(
        "is read if it is one",
        arguments: [
            "{}", "[]", " \r\n\t{ } ", "0", "-0", "1.5e-3", "1E+9", "\"\"", "true", "false", "null", "[[],{}]",
            #"{"a":1,"a":2}"#, #"{"":[1,2,{"b":null}]}"#, #""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00""#, "\"é😀\"", "[1 , 2]",
            "\"\u{7f}\"", "123456789012345678901234567890", "1e999999999999",
        ]
    )
    func accepts(text: String) throws {
        _ = try JSONDocument(Array(text.utf8))
    }

    @Test(
        "is refused if it is almost one",
        arguments: [
            "", " ", "{", "}", "[", "]", "[1,]", "{\"a\":1,}", "{,}", "[,1]", "{\"a\"}", "{\"a\":}", "{a:1}", "{'a':1}",
            "{\"a\" 1}", "{\"a\":1 \"b\":2}", "[1 2]", "1 2", "{}{}", "{} x", "01", "-", "+1", "1.", ".5", "1e", "1e+",
            "0x10", "NaN", "Infinity", "-Infinity", "nan", "True", "TRUE", "nul", "nulll", "tru", "\"", "\"\\\"",
            "\"\\x\"",
            "\"\\u12\"", "\"\\u12g4\"", "\"\\U0041\"", #""\ud800""#, #""\udc00""#, #""\ud800\u0041""#,
            #""\ud800\ud800""#,
            #""\ud83d""#, "\"\u{1}\"", "\"\n\"", "\"\t\"", "// x\n{}", "{}/* x */", "[1]\u{0}", "\u{feff}{}",
            "\u{a0}{}",
            "{\"a\":1}\u{85}", "[1,\u{2028}2]", "1_000", "{\"a\":undefined}", "\u{c}[]", "\u{b}[]", "1e1.5", "--1",
            "1-",
        ]
    )
    func refuses(text: String) {
        #expect(throws: JSONFault.self) { try JSONDocument(Array(text.utf8)) }
    }

    @Test(
        "is refused if it is not UTF-8",
        arguments: [
            [0xff], [0xc0, 0x80], [0xc1, 0xbf], [0xe0, 0x80, 0x80], [0xed, 0xa0, 0x80], [0xf0, 0x80, 0x80, 0x80],
            [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0x80], [0xc3], [0xe2, 0x82], [0xf0, 0x9f, 0x98],
        ] as [[UInt8]]
    )
    func refusesOtherEncodings(bytes: [UInt8]) {
        #expect(throws: JSONFault.self) { try JSONDocument([0x22] + bytes + [0x22]) }
        #expect(throws: JSONFault.self) { try JSONDocument([0x22] + bytes) }
    }

    @Test("in UTF-16 or UTF-32 is refused")
    func refusesWideEncodings() {
        for text in ["{}", "{\"a\":1}"] {
            let wide = Array(text.utf8)
            #expect(throws: JSONFault.self) { try JSONDocument(wide.flatMap { [$0, 0] }) }
            #expect(throws: JSONFault.self) { try JSONDocument(wide.flatMap { [0, $0] }) }
            #expect(throws: JSONFault.self) { try JSONDocument([0xff, 0xfe] + wide.flatMap { [$0, 0] }) }
        }
    }

    @Test("is as deep as 64 levels and no deeper")
    func limitsDepth() throws {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let inner = open == "[" ? "" : "1"
            func nested(_ depth: Int) -> [UInt8] {
                Array((String(repeating: open, count: depth) + inner + String(repeating: close, count: depth)).utf8)
            }
            _ = try JSONDocument(nested(64))
            #expect(throws: JSONFault.self) { try JSONDocument(nested(65)) }
            #expect(throws: JSONFault.self) { try JSONDocument(Array(String(repeating: open, count: 200_000).utf8)) }
        }
    }

    @Test("keeps order, duplicates and the text of numbers")
    func keepsWhatWasWritten() throws {
        let document = try JSONDocument(Array(#"{"b":1.0,"a":"x\n","b":[true,null]}"#.utf8))
        let members = Array(document.root.members)
        #expect(members.map { $0.name.string.map { String(decoding: $0, as: UTF8.self) } } == ["b", "a", "b"])
        #expect(String(decoding: members[0].value.source, as: UTF8.self) == "1.0")
        #expect(members[1].value.string == Array("x\n".utf8))
        #expect(members[2].value.elements.map(\.kind) == [.boolean, .null])
        #expect(members[2].value.range == 23..<34)
        #expect(Array(members[0].value.elements).isEmpty && Array(document.root.elements).isEmpty)
    }

    @Test("decodes every escape to UTF-8")
    func decodesEscapes() throws {
        let text = #""\u0041\u00e9\u20ac\ud83d\ude00\/\\\"\u0000é""#
        let string = try JSONDocument(Array(text.utf8)).root.string
        #expect(string == Array("Aé€😀/\\\"\u{0}é".utf8))
    }

    @Test("that is random is refused or read, and never read differently")
    func survivesRandomInput() {
        var generator = SplitMix64(seed: 1)
        let alphabet = Array("{}[]\",:0123.eE+-truefalsnl\\u d8\n\u{e9}".utf8)
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...24, using: &generator)
            let bytes = (0..<count).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
            guard let document = try? JSONDocument(bytes) else { continue }
            #expect(document.root.range.lowerBound >= 0 && document.root.range.upperBound <= bytes.count)
            #expect(String(validating: bytes, as: UTF8.self) != nil)
        }
    }
}
