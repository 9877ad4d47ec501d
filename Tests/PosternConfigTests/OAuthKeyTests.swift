import PosternConfig
import PosternCore
import Testing

private let own = """
    [[provider]]
    name = "own"
    hosts = ["api.example.com"]
    inject = [{ header = "Authorization", value = "Bearer {secret}" }]
    [provider.oauth]

    """
private let endpoints = """
    authorization_endpoint = "https://auth.example.com/authorize?tenant=1"
    token_endpoint = "https://auth.example.com/token"

    """

/// A provider whose `oauth` has what it needs; `rest` begins on line 9.
private func complete(_ rest: String) -> String { own + endpoints + "client_id = \"postern\"\n" + rest }

private let refused: [Refused] = [
    Refused(own + endpoints, "proxy.conf:5: `oauth` has no `client_id`\n  hint: it is what the provider calls us"),
    Refused(
        own + "client_id = \"c\"",
        "proxy.conf:5: `oauth` has no `authorization_endpoint`\nproxy.conf:5: `oauth` has no `token_endpoint`"
    ),
    Refused(
        complete("account_endpoint = \"http://auth.example.com/me\""),
        "proxy.conf:9: `account_endpoint` in `oauth`: tokens would cross the network in clear\n  hint: write `https://`"
    ),
    Refused(
        complete("account_endpoint = \"http://127.0.0.1.example.com/me\""),
        "proxy.conf:9: `account_endpoint` in `oauth`: tokens would cross the network in clear\n  hint: write `https://`"
    ),
    Refused(
        complete("client_secret = \"GOCSPX-planted\""),
        "proxy.conf:9: `client_secret` in `oauth`: not a reference to a secret\n  hint: write `env:NAME`, `file:/path`, `credential:NAME` or `exec:/path arguments`; the secret itself does not belong in this file"
    ),
    Refused(
        complete("client_auth = \"client_secret_post\""),
        "proxy.conf:9: `client_auth` in `oauth` needs `client_secret`"
    ),
    Refused(
        complete("client_auth = \"none\"\nclient_secret = \"env:SECRET\""),
        "proxy.conf:9: `client_auth` in `oauth` says that there is no secret"
    ),
    Refused(
        complete("client_auth = \"private_key_jwt\""),
        "proxy.conf:9: `client_auth` in `oauth` must be \"client_secret_basic\" or \"client_secret_post\" or \"none\", found `private_key_jwt`"
    ),
    Refused(complete("scopes = [\"a b\"]"), "proxy.conf:9: `scopes` in `oauth`: `a b` is not a scope"),
    Refused(
        complete("scopes = [\"a\", \"b\"]\nallowed_scopes = [\"a\"]"),
        "proxy.conf:9: `scopes` in `oauth` has `b`, which is not in `allowed_scopes`"
    ),
    Refused(
        complete("authorization_parameters = { redirect_uri = \"https://evil.test\" }"),
        "proxy.conf:9: `authorization_parameters` in `oauth`: `redirect_uri` is not yours to set"
    ),
    Refused(
        complete("authorization_parameters = { code_challenge_method = \"plain\" }"),
        "proxy.conf:9: `authorization_parameters` in `oauth`: `code_challenge_method` is not yours to set"
    ),
    Refused(
        complete("authorization_parameters = { a = \"\\r\" }"),
        "proxy.conf:9: `authorization_parameters` in `oauth`: `a` must be visible ASCII text"
    ),
    Refused(
        complete("client_secrets = \"env:SECRET\""),
        "proxy.conf:9: unknown key `client_secrets` in `oauth`\n  hint: did you mean `client_secret`?"
    ),
    Refused(
        "[[provider]]\nname = \"datadog\"\noauth = { client_id = \"c\", token_endpoint = \"https://a.test/t\", authorization_endpoint = \"https://a.test/a\" }",
        "proxy.conf:3: `oauth` in [[provider]] gives an access token as `secret`, but the provider needs `app_key` as well\n  hint: write `inject = [{ header = \"Authorization\", value = \"Bearer {secret}\" }]`"
    ),
]

@Suite("Connecting accounts, in a configuration")
struct OAuthKeyTests {
    @Test("what cannot be used is refused", arguments: refused)
    func refuses(row: Refused) { #expect(ConfigText.complaint(row.text) == row.complaint) }

    @Test(
        "endpoints are https, or on this machine",
        arguments: [
            "", "auth.example.com", "//auth.example.com/t", "file:///etc/passwd", "javascript:alert(1)",
            "http://$(id)/t",
            "https://$(id)/t", "https://user@auth.example.com/t", "https://auth.example.com/t#x",
            "https://auth.example.com/ t",
            "https://auth.example.com\\@evil.test/", "https://auth.example.com:0/t", "https://127.1/t",
            "https://[::1/t",
            "http://169.254.169.254/latest", "HTTPS://auth.example.com/t", "https://",
        ]
    )
    func refusesEndpoints(url: String) {
        let text = own + "client_id = \"c\"\nauthorization_endpoint = \"https://a.test/\"\ntoken_endpoint = '\(url)'"
        #expect(ConfigText.complaint(text).hasPrefix("proxy.conf:8: `token_endpoint` in `oauth`: "))
    }

    @Test("every key is read")
    func reads() throws {
        let text = complete(
            """
            revocation_endpoint = "http://localhost:8080/revoke"
            account_endpoint = "https://[::1]:8443/me"
            account_member = "data.login"
            issuer = "https://auth.example.com"
            client_secret = "env:SECRET"
            client_auth = "client_secret_post"
            scopes = ["a", "https://example.com/b"]
            allowed_scopes = ["https://example.com/b", "a", "c"]
            authorization_parameters = { access_type = "offline" }
            """
        )
        let oauth = try #require(try ConfigText.load(text).contents.providers.first?.oauth)
        let expected = OAuthClientSettings(
            authorizationEndpoint: "https://auth.example.com/authorize?tenant=1",
            tokenEndpoint: "https://auth.example.com/token",
            revocationEndpoint: "http://localhost:8080/revoke",
            accountEndpoint: "https://[::1]:8443/me",
            accountMember: "data.login",
            issuer: "https://auth.example.com",
            clientID: "postern",
            clientSecret: "env:SECRET",
            clientAuthentication: .post,
            defaultScopes: ["a", "https://example.com/b"],
            allowedScopes: ["https://example.com/b", "a", "c"],
            authorizationParameters: ["access_type": "offline"]
        )
        #expect(oauth == expected)
    }

    @Test("without a secret it is a public client, and with one Basic is usual")
    func choosesAuthentication() throws {
        func settings(_ rest: String) throws -> OAuthClientSettings? {
            try ConfigText.load(complete(rest)).contents.providers.first?.oauth
        }
        #expect(try settings("")?.clientAuthentication == OAuthClientSettings.ClientAuthentication.none)
        #expect(try settings("client_secret = \"env:SECRET\"")?.clientAuthentication == .basic)
        #expect(try settings("")?.allowedScopes == nil)
        #expect(try settings("allowed_scopes = []")?.allowedScopes == [])
    }

    @Test("the catalogue's endpoints suffice, and what is written replaces them")
    func mergesCatalogue() throws {
        let text = """
            [[provider]]
            name = "google-workspace"
            oauth = { client_id = "c", client_secret = "env:SECRET", token_endpoint = "https://proxy.example.com/token" }
            """
        let google = try #require(try ConfigText.load(text).contents.providers.first)
        #expect(
            google.injection == [.header(name: "Authorization", value: try #require(Template("Bearer {secret}")))]
        )
        let oauth = try #require(google.oauth)
        #expect(oauth.authorizationEndpoint == "https://accounts.google.com/o/oauth2/v2/auth")
        #expect(oauth.tokenEndpoint == "https://proxy.example.com/token" && oauth.clientAuthentication == .post)
        #expect(
            oauth.authorizationParameters["access_type"] == "offline" && oauth.defaultScopes == ["openid", "email"]
        )
    }

    @Test("a provider of the catalogue without `oauth` connects nobody, and takes its credential as before")
    func isOptIn() throws {
        let google = try ConfigText.load("[[provider]]\nname = \"google-workspace\"").contents.providers.first
        #expect(google?.oauth == nil)
        #expect(google?.injection == [.query(name: "key", value: try #require(Template("{secret}")))])
    }

    @Test("the catalogue's own endpoints obey the rules", arguments: ProviderCatalogue.builtIn.entries.keys.sorted())
    func checksCatalogue(name: String) throws {
        let entry = try #require(ProviderCatalogue.builtIn.entries[name])
        guard let known = entry.oauth else { return }
        for url in [known.authorizationEndpoint, known.tokenEndpoint, known.revocationEndpoint, known.accountEndpoint] {
            if let url { #expect(WebURL(url)?.description == url && url.hasPrefix("https:")) }
        }
        let tenant = entry.hosts.first { $0.contains("*") }?.replacing("*", with: "acme") ?? ""
        let hosts = entry.wildcardHosts == .pinTenant ? "tenant_hosts = [\"\(tenant)\"]\n" : ""
        let scopes = (known.scopes ?? []).map { "\"\($0)\"" }.joined(separator: ", ")
        let text = "[[provider]]\nname = \"\(name)\"\n\(hosts)oauth = { client_id = \"c\", scopes = [\(scopes)] }"
        #expect(ConfigText.complaint(text) == "")
    }

    @Test("the directory takes a public client, and no reference to a secret")
    func readsDirectory() throws {
        let provider = try DirectoryJSON.provider(named: "github", #"{"oauth":{"client_id":"c"}}"#)
        #expect(provider.oauth?.tokenEndpoint == "https://github.com/login/oauth/access_token")
        let error = #expect(throws: ConfigError.self) {
            try DirectoryJSON.provider(
                named: "github",
                #"{"oauth":{"client_id":"c","client_secret":"file:/var/lib/postern/master.key"}}"#
            )
        }
        #expect(error?.reason == "`client_secret` in `oauth` can be named in the configuration file only")
    }
}
