import PosternCore
import Testing

@testable import PosternSDK

@Suite struct CallURLTests {
    @Test(
        "a URL is sent as it is meant",
        arguments: [
            ("https://api.test/v1/x?a=b", "https://api.test/v1/x?a=b"),
            ("HTTPS://API.Test:8443", "https://api.test:8443/"),
            ("https://api.test/a b/ü", "https://api.test/a%20b/%C3%BC"),
            ("https://api.test/a%20b?q=%C3%BC", "https://api.test/a%20b?q=%C3%BC"),
            ("https://api.test/100%", "https://api.test/100%25"),
            ("https://api.test/x?q=a b\"c", "https://api.test/x?q=a%20b%22c"),
            ("https://api.test?q=1", "https://api.test/?q=1"),
            ("http://127.0.0.1:9000/x", "http://127.0.0.1:9000/x"),
            ("http://[::1]:9000/x", "http://[::1]:9000/x"),
        ]
    )
    func reads(given: String, sent: String) throws { #expect(try CallURL(given).text == sent) }

    @Test("parameters come after those that are there")
    func parameters() throws {
        let url = try CallURL("https://api.test/x?a=1", adding: [("b", "2 3"), ("b", "&"), ("ü", "")])
        #expect(url.text == "https://api.test/x?a=1&b=2%203&b=%26&%C3%BC=")
        #expect(try CallURL("https://api.test", adding: [("a", "1")]).text == "https://api.test/?a=1")
    }

    @Test(
        "a URL that names no plain host is refused",
        arguments: [
            ("", "blocked_destination"), ("api.test/x", "blocked_destination"),
            ("ftp://api.test/", "blocked_destination"),
            ("file:///etc/passwd", "blocked_destination"), ("https://", "blocked_destination"),
            ("https://user@api.test/", "blocked_destination"), ("https://api.test:0/", "blocked_destination"),
            ("https://good.test\\@evil.test/", ""), ("https://good.test@evil.test/", "blocked_destination"),
            ("https://api.test/x#y", "invalid_request"), ("https://api.test:99999/", "blocked_destination"),
        ]
    )
    func refuses(url: String, code: String) {
        do throws(SDKRefusal) {
            // A backslash ends the authority here as it does for browsers, and is refused further down.
            #expect(try CallURL(url).text.hasPrefix("https://good.test\\"))
        } catch { #expect(error.code == code) }
    }

    @Test("a URL has a longest length")
    func length() throws {
        let start = "https://api.test/"
        _ = try CallURL(start + String(repeating: "a", count: CallURL.maxLength - start.count))
        for path in [String(repeating: "a", count: CallURL.maxLength), String(repeating: "ü", count: 40_000)] {
            do throws(SDKRefusal) {
                _ = try CallURL(start + path)
                Issue.record("it was taken")
            } catch {
                #expect(error.status == 422)
                #expect(error.code == "query_too_long")
            }
        }
    }
}
