import Testing

@testable import PosternPortal

@Suite struct CookieTests {
    private static let value = String(repeating: "0f", count: 32)

    @Test("cookies are for this host alone, and for no program")
    func attributes() throws {
        let plain = try #require(PortalAddress("http://127.0.0.1:3129"))
        let secure = try #require(PortalAddress("https://postern.example.com"))
        #expect(
            PortalCookie.session.setting("aa", at: plain, path: "/o/1")
                == "postern_session=aa; Path=/o/1; HttpOnly; SameSite=Strict"
        )
        #expect(
            PortalCookie.browser.setting("aa", at: secure, path: "/connect")
                == "__Host-postern_browser=aa; Path=/; HttpOnly; SameSite=Lax; Secure"
        )
        #expect(PortalCookie.session.setting(nil, at: secure, path: "/").hasSuffix("; Secure; Max-Age=0"))
    }

    @Test("a cookie is read if there is one, and it is well formed")
    func reading() throws {
        let plain = try #require(PortalAddress("http://127.0.0.1:3129"))
        let secure = try #require(PortalAddress("https://postern.example.com"))
        func read(_ field: String?, _ address: PortalAddress? = nil) -> String? {
            PortalCookie.session.value(in: field, at: address ?? plain)
        }
        func readAll(_ field: String) -> [String] { PortalCookie.session.values(in: field, at: plain) }
        let value = CookieTests.value
        #expect(read("postern_session=\(value)") == value)
        #expect(read("other=1; postern_session=\(value); more=2") == value)
        #expect(read("__Host-postern_session=\(value)", secure) == value)
        for field in [
            nil, "", "postern_session=", "postern_session=abc", "postern_session=\(value); postern_session=\(value)",
            "xpostern_session=\(value)", "postern_session=\(value)g0",
            "postern_session=\(String(repeating: "0", count: 600))",
        ] {
            #expect(read(field) == nil)
        }
        #expect(read("postern_session=\(value)", secure) == nil)
        let other = String(repeating: "ab", count: 32)
        #expect(readAll("postern_session=\(value); postern_session=x; postern_session=\(other)") == [value, other])
        #expect(readAll(Array(repeating: "postern_session=\(value)", count: 20).joined(separator: "; ")).count == 8)
    }

    @Test("values are long, and never the same")
    func random() {
        let values = Set((0..<100).map { _ in PortalCookie.random() })
        #expect(values.count == 100)
        #expect(values.allSatisfy { $0.utf8.count == 64 })
    }

    @Test(
        "the portal's address is scheme, host and port",
        arguments: [
            ("http://127.0.0.1:3129", "127.0.0.1:3129"), ("https://postern.example.com", "postern.example.com"),
            ("https://postern.example.com:443", "postern.example.com"), ("http://[::1]:80", "[::1]"),
            ("https://postern.example.com:8443", "postern.example.com:8443"), ("https://postern.example.com/", nil),
            ("https://Postern.example.com", nil), ("ftp://a", nil), ("https://", nil), ("https://a@b", nil),
            ("https://a/b", nil), ("https://a?b", nil), ("a", nil), ("", nil), ("https://a b", nil),
        ] as [(String, String?)]
    )
    func addresses(_ url: String, _ authority: String?) {
        #expect(PortalAddress(url)?.authority == authority)
    }
}
