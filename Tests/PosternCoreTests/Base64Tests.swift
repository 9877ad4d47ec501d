import PosternCore
import PosternTestSupport
import Testing

private let vectors: [(String, String)] = [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
    ("foobar", "Zm9vYmFy"), ("\u{fb}\u{ff}\u{bf}", "+/+/"), ("\u{0}", "AA=="), ("agent:key", "YWdlbnQ6a2V5"),
]

@Suite("Base64")
struct Base64Tests {
    @Test("RFC 4648's vectors and a few more", arguments: vectors)
    func encodes(text: String, encoded: String) {
        #expect(latin1Text(Base64.encode(latin1(text))) == encoded)
        #expect(Base64.decode(latin1(encoded)) == latin1(text))
        #expect(Base64.decode(latin1(encoded.replacing("=", with: ""))) == latin1(text))
    }

    @Test(
        "texts that are refused",
        arguments: [
            "Z", "Zg=a", "=Zg", "Zm9vY", "Zm9v Yg==", "Zm9v\n", "Zm-v", "Zm_v", "Zm9v\u{e9}", "Zm9v\u{0}", "*",
            "Zg==Zg==",
        ]
    )
    func refuses(text: String) { #expect(Base64.decode(latin1(text)) == nil) }

    @Test("every length comes back") func roundTrip() {
        var random = SplitMix64(seed: 5)
        for count in 0..<400 {
            let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        }
    }
}
