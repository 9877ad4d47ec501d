import PosternConfig
import PosternCore
import Testing

/// An own provider with everything it needs; `rest` begins on line 5.
private func complete(_ rest: String) -> String {
    own("inject = [{ header = \"X-Key\", value = \"{secret}\" }]\n\(rest)")
}

// swift-format-ignore: one row, one line
private let refusedProviders: [Refused] = [
    Refused(
        provider("antropic", ""),
        "proxy.conf:1: [[provider]] `antropic` is not in the catalogue, so it needs `hosts` and `inject`\n  hint: did you mean `anthropic`?"
    ),
    Refused(own(""), "proxy.conf:1: [[provider]] `own` is not in the catalogue, so it needs `inject`"),
    Refused(own("inject = []"), "proxy.conf:4: `inject` in [[provider]] is empty, so no credential would be sent"),
    Refused(
        own("inject = [{ header = \"X-Key\", value = \"sk-0123456789abcdef\" }]"),
        "proxy.conf:4: `inject` in [[provider]] has no variable such as {secret}\n  hint: the secret itself does not belong in this file; name it in a [[secret]]"
    ),
    Refused(own("inject = [{ header = \"X-Key\" }]"), "proxy.conf:4: `inject` has no `value`"),
    Refused(
        own("inject = [{ headr = \"X-Key\", value = \"{secret}\" }]"),
        "proxy.conf:4: an element of `inject` needs exactly one of `header`, `basic_username`, `query`, `path` and `aws_signature`\n  hint: write { header = \"x-api-key\", value = \"{secret}\" } or another of the forms\nproxy.conf:4: unknown key `headr` in `inject`\n  hint: did you mean `header`?"
    ),
    Refused(
        own(
            "inject = [\n  { header = \"X-Key\", value = \"{secret}\" },\n  { header = \"X-Key\", query = \"k\", value = \"{secret}\" },\n]"
        ),
        "proxy.conf:6: an element of `inject` needs exactly one of `header`, `basic_username`, `query`, `path` and `aws_signature`\n  hint: write { header = \"x-api-key\", value = \"{secret}\" } or another of the forms"
    ),
    Refused(
        own(
            "inject = [\n  { header = \"X-Key\", value = \"{secret}\" },\n  { header = \"x-key\", value = \"{secret}\" },\n]"
        ),
        "proxy.conf:6: `inject` in [[provider]] writes the header `x-key` twice"
    ),
    Refused(
        own(
            "inject = [\n  { basic_username = \"{u}\", basic_password = \"{secret}\" },\n  { header = \"authorization\", value = \"{secret}\" },\n]"
        ),
        "proxy.conf:6: `inject` in [[provider]] writes the header `authorization` twice"
    ),
    Refused(
        own("inject = [{ header = \"X Key\", value = \"{secret}\" }]"),
        "proxy.conf:4: `inject` in [[provider]]: `X Key` is not a header name"
    ),
    Refused(
        own("inject = [{ header = \"X-Key:\", value = \"{secret}\" }]"),
        "proxy.conf:4: `inject` in [[provider]]: `X-Key:` is not a header name"
    ),
    Refused(
        own("inject = [{ header = \"\", value = \"{secret}\" }]"),
        "proxy.conf:4: `inject` in [[provider]]: `` is not a header name"
    ),
    Refused(
        own("inject = [{ header = \"X-Key\", value = \"{secret\" }]"),
        "proxy.conf:4: `inject` in [[provider]]: not a template\n  hint: variables are written like {secret}; braces must match"
    ),
    Refused(
        own("inject = [{ header = \"X-Key\", value = \"a\\r\\nHost: {secret}\" }]"),
        "proxy.conf:4: `inject` in [[provider]]: text with a character that no header value may hold"
    ),
    Refused(
        own("inject = [{ basic_username = \"a:b\", basic_password = \"{secret}\" }]"),
        "proxy.conf:4: `inject` in [[provider]]: a Basic user name cannot hold a colon"
    ),
    Refused(own("inject = [{ basic_username = \"a\" }]"), "proxy.conf:4: `inject` has no `basic_password`"),
    Refused(
        own("inject = [{ query = \"a&b\", value = \"{secret}\" }]"),
        "proxy.conf:4: `inject` in [[provider]]: `a&b` is not a plain query parameter name"
    ),
    Refused(
        own("inject = [{ path = \"/bot{secret}\" }]"),
        "proxy.conf:4: `inject` in [[provider]]: a path begins and ends with `/`, such as `/bot{secret}/`"
    ),
    Refused(
        own("inject = [{ path = \"/bot/\" }]"),
        "proxy.conf:4: `inject` in [[provider]]: a path takes exactly one variable, such as `/bot{secret}/`"
    ),
    Refused(
        own("inject = [{ path = \"/a/../{secret}/\" }]"),
        "proxy.conf:4: `inject` in [[provider]]: a path is made of plain segments, such as `/bot{secret}/`"
    ),
    Refused(
        own("inject = [{ path = \"/a?b={secret}/\" }]"),
        "proxy.conf:4: `inject` in [[provider]]: a path is made of plain segments, such as `/bot{secret}/`"
    ),
    Refused(
        own("inject = \"{secret}\""),
        "proxy.conf:4: `inject` in [[provider]] must be an array of tables, found a string"
    ),
    Refused(
        complete("auth = \"api_key\""),
        "proxy.conf:5: `auth` in [[provider]] stands beside `inject`\n  hint: `auth` chooses from the catalogue; keep one of them"
    ),
    Refused(
        complete("tenant_hosts = [\"a.example.com\"]"),
        "proxy.conf:5: `tenant_hosts` in [[provider]] is for providers of the catalogue\n  hint: write `hosts`"
    ),
    Refused(
        complete("audit_header = { name = \"x-key\", value = \"{agent}\" }"),
        "proxy.conf:5: `name` in `audit_header`: the header `x-key` is used for something else\n  hint: choose one such as `X-Agent`"
    ),
    Refused(
        complete("audit_header = { name = \"Authorization\", value = \"{agent}\" }"),
        "proxy.conf:5: `name` in `audit_header`: the header `Authorization` is used for something else\n  hint: choose one such as `X-Agent`"
    ),
    Refused(
        complete("audit_header = { name = \"X-Agent\", value = \"{agnt}\" }"),
        "proxy.conf:5: `value` in `audit_header`: there is no variable `agnt`\n  hint: did you mean `agent`?"
    ),
    Refused(complete("audit_header = { name = \"X-Agent\" }"), "proxy.conf:5: `audit_header` has no `value`"),
    Refused(
        complete("user_agent_suffix = \"{secret}\""),
        "proxy.conf:5: `user_agent_suffix` in [[provider]]: there is no variable `secret`\n  hint: the variables are agent, context, request_id, role, run"
    ),
    Refused(
        complete("scheme = \"http\"\nca_file = \"/nonexistent/ca\""),
        "proxy.conf:6: `ca_file` in [[provider]] has no use with `scheme = \"http\"`\nproxy.conf:6: `ca_file` in [[provider]]: /nonexistent/ca cannot be opened: no such file or directory"
    ),
    Refused(
        provider("openai", "auth = \"oauth\""),
        "proxy.conf:3: `auth` in [[provider]]: provider `openai` has no method `oauth`\n  hint: it can be `api_key`"
    ),
    Refused(
        provider("google-workspace", "auth = \"service_account\""),
        "proxy.conf:3: `auth` in [[provider]]: oauth2_jwt_bearer of provider `google-workspace` is not supported yet\n  hint: it can be `api_key` or `oauth2`"
    ),
    Refused(
        provider("paypal", ""),
        "proxy.conf:2: `name` in [[provider]]: provider `paypal` authenticates by oauth2_client_credentials, which is not supported yet\n  hint: if you hold a token that works by itself, write a [[provider]] with `inject`"
    ),
    Refused(
        provider("openai", "tenant_hosts = [\"a.openai.com\"]"),
        "proxy.conf:3: `tenant_hosts` in [[provider]] is not needed: `openai` has no hosts that belong to customers"
    ),
    Refused(
        provider("zendesk", ""),
        "proxy.conf:1: anybody can own a host under *.zendesk.com, so provider `zendesk` must name yours\n  hint: add [[provider]] name = \"zendesk\", tenant_hosts = [\"example.zendesk.com\"]"
    ),
    Refused(
        provider("zendesk", "tenant_hosts = [\"*.zendesk.com\"]"),
        "proxy.conf:3: `tenant_hosts` in [[provider]]: `*.zendesk.com` is a wildcard, which could be anybody's host\n  hint: write the host of your tenant"
    ),
    Refused(
        provider("zendesk", "tenant_hosts = [\"acme.zendesk.com.evil.example\"]"),
        "proxy.conf:3: `tenant_hosts` in [[provider]]: `acme.zendesk.com.evil.example` is not under *.zendesk.com\n  hint: for a host elsewhere, define a provider under a name of its own"
    ),
    Refused(
        provider("zendesk", "hosts = [\"zendesk.com\"]"),
        "proxy.conf:3: `hosts` in [[provider]]: `zendesk.com` is not under *.zendesk.com\n  hint: for a host elsewhere, define a provider under a name of its own"
    ),
    Refused(
        provider("zendesk", "tenant_hosts = []"),
        "proxy.conf:3: `tenant_hosts` in [[provider]] is empty, so it matches nothing\n  hint: name at least one host"
    ),
    Refused(
        provider("zendesk", "hosts = [\"a.zendesk.com\"]\ntenant_hosts = [\"a.zendesk.com\"]"),
        "proxy.conf:4: `tenant_hosts` in [[provider]] stands beside `hosts`\n  hint: `tenant_hosts` adds to the catalogue's fixed hosts, `hosts` replaces all; keep one"
    ),
    Refused(
        provider("pipedrive", "tenant_hosts = [\"api.pipedrive.org\"]"),
        "proxy.conf:3: `tenant_hosts` in [[provider]]: `api.pipedrive.org` is not under *.pipedrive.com\n  hint: for a host elsewhere, define a provider under a name of its own"
    ),
    Refused(
        "[[secret]]\nname = \"a\"\nprovider = \"zendesk\"\nvalue = \"env:SECRET\"\ninputs = { email = \"a@b\" }",
        "proxy.conf:3: `provider` in [[secret]]: anybody can own a host under *.zendesk.com, so provider `zendesk` must name yours\n  hint: add [[provider]] name = \"zendesk\", tenant_hosts = [\"example.zendesk.com\"]"
    ),
    Refused(
        "[[secret]]\nname = \"a\"\nprovider = \"auth0-management\"\nvalue = \"env:SECRET\"",
        "proxy.conf:3: `provider` in [[secret]]: provider `auth0-management` authenticates by oauth2_client_credentials, which is not supported yet\n  hint: if you hold a token that works by itself, write a [[provider]] with `inject`"
    ),
    Refused(
        provider("openai", "inject = [{ header = \"Authorization\", value = \"{secret}\" }]\nhosts = [\"a/b\"]"),
        "proxy.conf:4: `hosts` in [[provider]]: `a/b` is not a host\n  hint: write the host alone; paths belong in `paths`"
    ),
]

private let reservedHeaders = [
    "Host", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "TE", "Trailer", "Upgrade", "Expect",
    "Proxy-Authorization", "Proxy-Connection", "Postern-Grant", "traceparent", "Via", "Accept-Encoding",
]

@Suite("Providers")
struct ProviderTests {
    @Test("providers that are refused", arguments: refusedProviders)
    func refuses(row: Refused) { #expect(ConfigText.complaint(row.text) == row.complaint) }

    @Test("headers that frame or route a message cannot be set", arguments: reservedHeaders)
    func reserved(name: String) {
        let reason = "the header `\(name)` belongs to the connection and cannot be set"
        #expect(
            ConfigText.complaint(own("inject = [{ header = \"\(name)\", value = \"{secret}\" }]"))
                == "proxy.conf:4: `inject` in [[provider]]: \(reason)"
        )
        #expect(
            ConfigText.complaint(complete("audit_header = { name = \"\(name)\", value = \"{agent}\" }"))
                == "proxy.conf:5: `name` in `audit_header`: \(reason)"
        )
    }

    @Test("an own provider keeps everything it says")
    func ownProvider() throws {
        let scratch = try ScratchDirectory()
        let authorities = try scratch.write("ca.pem", "comment\n\(TestCertificate.pem)\n")
        let read = try ConfigText.load(
            """
            [[provider]]
            name = "own"
            hosts = ["API.example.com:8443", "*.example.net"]
            inject = [
                { header = "X-Key", value = "Token {secret}" },
                { header = "X-Version", value = "2" },
                { query = "account", value = "{account}" },
                { path = "/t/{secret}/" },
            ]
            allow_private = true
            connect_to = "[::1]:9443"
            ca_file = "\(authorities)"
            audit_header = { name = "X-Agent", value = "{agent} {run}" }
            user_agent_suffix = "postern ({agent})"
            pass_cookies = true
            """
        ).contents.providers.first
        let provider = try #require(read)
        #expect(provider.hosts.map(\.text) == ["api.example.com", "*.example.net"])
        #expect(provider.hosts.map(\.port) == [8443, nil])
        #expect(
            provider.injection == [
                .header(name: "X-Key", value: try #require(Template("Token {secret}"))),
                .header(name: "X-Version", value: try #require(Template("2"))),
                .query(name: "account", value: try #require(Template("{account}"))),
                .path(try #require(Template("/t/{secret}/"))),
            ]
        )
        #expect(
            provider.network
                == UpstreamNetwork(
                    allowsPrivateAddresses: true,
                    fixedAddress: IPEndpoint("[::1]:9443"),
                    certificateAuthorityFile: authorities
                )
        )
        #expect(
            provider.tagging
                == AuditTagging(
                    header: ("X-Agent", try #require(Template("{agent} {run}"))),
                    userAgentSuffix: Template("postern ({agent})")
                )
        )
        #expect(provider.passesCookies && provider.scheme == .https)
    }

    @Test("a provider of the catalogue is changed only where it is written")
    func override() throws {
        let providers = try ConfigText.load(provider("anthropic", "connect_to = \"127.0.0.1:1\"")).contents.providers
        #expect(providers.map(\.hosts.first?.text) == ["api.anthropic.com"])
        #expect(providers.first?.injection == [.header(name: "x-api-key", value: try #require(Template("{secret}")))])
        #expect(providers.first?.network.fixedAddress == IPEndpoint("127.0.0.1:1"))
        let own = try ConfigText.load(
            provider("box", "inject = [{ header = \"Authorization\", value = \"Bearer {secret}\" }]")
        ).contents.providers
        #expect(own.first?.hosts.map(\.text) == ["api.box.com", "upload.box.com", "dl.boxcloud.com"])
    }

    @Test("tenant hosts stand in for the wildcards, and the fixed hosts stay")
    func tenants() throws {
        let added = try ConfigText.load(provider("pipedrive", "tenant_hosts = [\"acme.pipedrive.com\"]"))
        #expect(added.contents.providers.first?.hosts.map(\.text) == ["api.pipedrive.com", "acme.pipedrive.com"])
        let replaced = try ConfigText.load(provider("pipedrive", "hosts = [\"acme.pipedrive.com\"]"))
        #expect(replaced.contents.providers.first?.hosts.map(\.text) == ["acme.pipedrive.com"])
    }

    @Test("`auth` chooses a method")
    func choosesMethod() throws {
        let providers = try ConfigText.load(provider("gitlab", "auth = \"bearer\"")).contents.providers
        #expect(
            providers.first?.injection == [
                .header(name: "Authorization", value: try #require(Template("Bearer {secret}")))
            ]
        )
    }
}
