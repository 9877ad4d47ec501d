import PosternConfig
import PosternCore
import PosternFetch
import Testing

@testable import PosternOAuth

@Suite("Talking to providers", .timeLimit(.minutes(1)))
struct OAuthClientTests {
    private static let tokens =
        #"{"access_token":"access-0123456789","refresh_token":"refresh-0123456789","expires_in":60}"#

    private let server: TestServer
    private let client = OAuthClient(
        fetcher: Fetcher(),
        secrets: ClientSecretReader(environment: ["CLIENT_SECRET": "s3cr3t/+"])
    )

    init() throws { server = try #require(TestServer()) }

    private func provider(
        _ authentication: OAuthClientSettings.ClientAuthentication,
        secret: String? = "env:CLIENT_SECRET"
    ) throws -> OAuthProvider {
        var network = server.network
        network.allowsPrivateAddresses = false
        // Where the provider's own hosts are has nothing to do with it.
        network.fixedAddress = IPEndpoint(address: try #require(IPAddress("127.0.0.1")), port: 1)
        let settings = OAuthClientSettings(
            authorizationEndpoint: server.url("/authorize"),
            tokenEndpoint: server.url("/token"),
            revocationEndpoint: server.url("/revoke"),
            accountEndpoint: server.url("/me"),
            clientID: "postern",
            clientSecret: secret,
            clientAuthentication: authentication
        )
        return OAuthProvider(name: "test", settings: settings, network: network)
    }

    private func body() -> [String] {
        server.request.split(separator: "\r\n\r\n").last?.split(separator: "&").map(String.init) ?? []
    }

    @Test("a code is exchanged with its verifier, by a client that proves who it is")
    func exchanges() async throws {
        server.answer(200, Self.tokens)
        let tokens = try await client.exchange(
            code: Secret("c&de".utf8),
            verifier: Secret("verifier~".utf8),
            redirectURL: "http://127.0.0.1:3129/connect/callback",
            with: provider(.basic)
        )
        #expect(tokens.accessToken.isEqual(to: Secret("access-0123456789".utf8)) && tokens.lifetime == .seconds(60))
        #expect(server.request.hasPrefix("POST /token HTTP/1.1\r\n"))
        // printf 'postern:s3cr3t%%2F%%2B' | base64
        #expect(server.request.contains("Authorization: Basic cG9zdGVybjpzM2NyM3QlMkYlMkI=\r\n"))
        #expect(
            body() == [
                "grant_type=authorization_code", "code=c%26de",
                "redirect_uri=http%3A%2F%2F127.0.0.1%3A3129%2Fconnect%2Fcallback", "code_verifier=verifier~",
            ]
        )
    }

    @Test("what is at an address that is not public is not asked, unless the operator wrote that it is this machine")
    func checksAddresses() async throws {
        var provider = try provider(.none, secret: nil)
        var settings = provider.settings
        settings.tokenEndpoint = "https://10.255.255.1/token"
        provider = OAuthProvider(name: "test", settings: settings, network: provider.network)
        await #expect(throws: OAuthError.unreachable(reason: "its address is not public, or is Postern's own")) {
            try await client.refresh(Secret("r".utf8), with: provider)
        }
    }

    @Test("a token is renewed, with the secret in the body or without one")
    func refreshes() async throws {
        server.answer(200, Self.tokens)
        _ = try await client.refresh(Secret("r1".utf8), with: provider(.post))
        #expect(!server.request.contains("Authorization"))
        let common = ["grant_type=refresh_token", "refresh_token=r1", "client_id=postern"]
        #expect(body() == common + ["client_secret=s3cr3t%2F%2B"])
        _ = try await client.refresh(Secret("r1".utf8), with: provider(.none, secret: nil))
        #expect(body() == common)
    }

    @Test("a refused token is refused, and an outage is none")
    func reports() async throws {
        server.answer(400, #"{"error":"invalid_grant","error_description":"refresh-0123456789"}"#)
        await #expect(throws: OAuthError.refused(code: "invalid_grant")) {
            try await client.refresh(Secret("r".utf8), with: provider(.basic))
        }
        server.answer(503, "")
        await #expect(throws: OAuthError.unreachable(reason: "its endpoint answered 503")) {
            try await client.refresh(Secret("r".utf8), with: provider(.basic))
        }
        server.answer(302, "", fields: "Location: https://evil.test/\r\n")
        await #expect(throws: OAuthError.unreachable(reason: "its endpoint answered 302")) {
            try await client.refresh(Secret("r".utf8), with: provider(.basic))
        }
    }

    @Test(
        "a dead refresh token has one name",
        arguments: [
            (400, "", "invalid_grant"), (200, #"{"error":"bad_refresh_token"}"#, "invalid_grant"),
            (400, #"{"error":"invalid_scope"}"#, "invalid_scope"),
        ]
    )
    func namesDeadTokens(status: Int, body: String, code: String) async throws {
        server.answer(status, body)
        await #expect(throws: OAuthError.refused(code: code)) {
            try await client.refresh(Secret("r".utf8), with: provider(.basic))
        }
    }

    @Test("without its secret the client asks nobody")
    func needsSecret() async throws {
        for reference in [nil, "env:ABSENT", "file:/nonexistent/secret"] {
            await #expect(throws: OAuthError.self) {
                try await client.refresh(Secret("r".utf8), with: provider(.basic, secret: reference))
            }
        }
        #expect(server.count == 0)
    }

    @Test("an account is asked for with the token")
    func findsAccount() async throws {
        server.answer(200, #"{"email":"a@b.test"}"#)
        let account = try await client.account(of: Secret("access-0123456789".utf8), with: provider(.basic))
        #expect(account == OAuthAccount(identifier: "a@b.test", displayName: nil))
        #expect(server.request.hasPrefix("GET /me HTTP/1.1\r\n"))
        #expect(server.request.contains("Authorization: Bearer access-0123456789\r\n"))
    }

    @Test("a token is ended as its client")
    func revokes() async throws {
        server.answer(200, "")
        try await client.revoke(Secret("t".utf8), with: provider(.basic))
        #expect(server.request.hasPrefix("POST /revoke HTTP/1.1\r\n") && body() == ["token=t"])
    }

    @Test("keys are found below the issuer, if that is who it says it is")
    func discovers() async throws {
        var settings = UserTokenSettings(issuer: server.url("/tenant/"), audience: "postern")
        settings.network = server.network
        let source = KeySource(settings: settings, fetcher: Fetcher())
        server.answer(200, #"{"issuer":"https://evil.test","jwks_uri":"\#(server.url("/keys"))"}"#)
        await #expect(throws: UserTokenError.self) { try await source.keys() }
        #expect(server.request.hasPrefix("GET /tenant/.well-known/openid-configuration HTTP/1.1\r\n"))
        let key = #"{"kty":"OKP","crv":"Ed25519","kid":"a","x":"AAAA"}"#
        server.answer(
            200,
            #"{"issuer":"\#(settings.issuer)","jwks_uri":"\#(server.url("/keys"))","keys":[\#(key)]}"#
        )
        #expect(try await source.keys().holds("a"))
        #expect(server.request.hasPrefix("GET /keys HTTP/1.1\r\n"))
    }
}
