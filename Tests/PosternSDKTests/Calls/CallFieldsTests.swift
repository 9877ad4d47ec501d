import PosternCore
import Testing

@testable import PosternSDK

@Suite struct CallFieldsTests {
    @Test(
        "fields that choose the credential, the host, the method or the framing are not the caller's",
        arguments: [
            "Host", "authorization", "Proxy-Authorization", "authentication", "Cookie", "set-cookie", "X-API-Key",
            "x_api_key", " x-auth-token ", "x-amz-security-token", "x-amz-date", "x-amz-content-sha256",
            "x-goog-authorization", "x-goog-iam-authorization-token", "x-stripe-account", "x-shopify-access-token",
            "x-http-method", "X-HTTP-Method-Override", "x-method-override", "content-length", "Transfer-Encoding",
            "connection", "expect", "upgrade", "te", "postern-grant", "x-alter-caller", "", "a b", "a:b", "a\r\nb",
        ]
    )
    func forbidden(name: String) {
        do throws(SDKRefusal) {
            _ = try CallFields([(name, "x")], hasBody: false)
            Issue.record("it was taken")
        } catch {
            #expect(error.status == 422)
            #expect(error.code == "forbidden_header")
        }
    }

    @Test("a value stays on its line", arguments: ["a\r\nb: c", "a\nb", "a\0b"])
    func values(value: String) {
        #expect(throws: SDKRefusal.self) { try CallFields([("x-note", value)], hasBody: false) }
    }

    @Test("what every call has is added, and what the caller says stays")
    func usual() throws {
        let plain = try CallFields([("X-Note", "1"), ("accept-encoding", "br")], hasBody: false).fields
        #expect(plain.map(\.name) == ["X-Note", "User-Agent", "Accept", "Accept-Encoding"])
        #expect(plain.last?.value == "identity")
        let own = try CallFields([("user-agent", "mine"), ("content-type", "text/x")], hasBody: true).fields
        #expect(own.map(\.name) == ["user-agent", "content-type", "Accept", "Accept-Encoding"])
        let json = try CallFields([], hasBody: true).fields
        #expect(json.first?.value == "application/json")
    }
}
