import PosternCore
import PosternTestSupport
import Testing

private struct Holder {
    let secret: Secret
    let maybe: Secret?
    let many: [Secret]
}

@Suite("Secret and KeyDigest")
struct SecretTests {
    private let secret = Secret(latin1(Sample.secret))

    @Test("nothing that prints a secret prints its bytes") func printing() {
        let holder = Holder(secret: secret, maybe: secret, many: [secret])
        var dumped = ""
        dump(secret, to: &dumped)
        dump(holder, to: &dumped)
        let texts = [
            "\(secret)", String(describing: secret), String(reflecting: secret), "\(holder)",
            String(reflecting: holder),
            "\([secret])", "\(Optional(secret) as Any)", dumped,
            "\(Mirror(reflecting: secret).children.map { "\($0)" })",
        ]
        for text in texts {
            #expect(!text.contains("s3cr3t") && !text.contains("115, 51"), "\(text)")
        }
        #expect(texts[0] == "<secret>" && texts[1] == "<secret>" && texts[2] == "<secret>")
        #expect(dumped.contains("<secret>"))
    }

    @Test("credentials, plans and patterns print no secret") func containers() throws {
        let credential = Sample.credential()
        let plan = try InjectionPlan(credential, for: Sample.provider())
        var text = "\(credential) \(plan) \(plan.scrubbing) \(String(reflecting: plan))"
        dump(plan, to: &text)
        dump(credential, to: &text)
        #expect(!text.contains("s3cr3t") && !text.contains("115, 51, 99"))
    }

    @Test("the bytes are there for whoever asks for them") func bytes() {
        #expect(secret.withBytes(Array.init) == latin1(Sample.secret))
        #expect(secret.count == Sample.secret.utf8.count)
        let empty = Secret([])
        #expect(empty.count == 0 && empty.withBytes(Array.init) == [])
    }

    @Test(
        "secrets are equal when their bytes are",
        arguments: [
            ("abc", "abc", true), ("", "", true), ("abc", "abd", false), ("abc", "ab", false), ("abc", "Abc", false),
            ("", "a", false),
        ]
    )
    func equality(left: String, right: String, expected: Bool) {
        #expect(Secret(latin1(left)).isEqual(to: Secret(latin1(right))) == expected)
    }

    @Test("a digest is read from 64 digits and from nothing else") func digests() throws {
        // SHA-256 of "abc", FIPS 180-2 appendix B.1.
        let hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(try #require(KeyDigest(hexadecimal: hex)) == KeyDigest(ofKey: latin1("abc")))
        #expect(try #require(KeyDigest(hexadecimal: hex.uppercased())) == KeyDigest(ofKey: latin1("abc")))
        for text in ["", "ab", String(hex.dropLast()), hex + "0", hex.replacing("b", with: "g"), " " + hex.dropLast()] {
            #expect(KeyDigest(hexadecimal: text) == nil)
        }
        #expect(KeyDigest(ofKey: latin1("abc")) != KeyDigest(ofKey: latin1("abd")))
        #expect(KeyDigest(ofKey: latin1("")) != KeyDigest(ofKey: [0]))
    }
}
