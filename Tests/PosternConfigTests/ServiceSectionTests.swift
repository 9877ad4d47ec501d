import PosternConfig
import PosternCore
import Testing

private let refused: [Refused] = [
    Refused(
        "[portal]\nlisten = \"0.0.0.0:3129\"",
        "proxy.conf:2: `listen` in [portal]: 0.0.0.0:3129 is not a loopback address: keys would cross the network in clear\n  hint: listen on 127.0.0.1, or set `allow_remote_clients = true` in [proxy] if the network is trusted"
    ),
    Refused(
        "[proxy]\nallow_remote_clients = true\n[portal]\nlisten = \"0.0.0.0:3129\"",
        "proxy.conf:4: `listen` in [portal] is not a loopback address: what people see and sign in with would cross the network in clear\n  hint: put a server that speaks TLS before it, and write its address in `url`"
    ),
    Refused(
        "[portal]\nlisten = \"unix:/run/portal\"",
        "proxy.conf:2: `listen` in [portal]: `unix:/run/portal` is not an address to listen on\n  hint: write `127.0.0.1:3128`, `[::1]:3128`, `unix:/path` or `systemd:NAME`"
    ),
    Refused(
        "[portal]\nurl = \"http://postern.example.com\"",
        "proxy.conf:2: `url` in [portal]: tokens would cross the network in clear\n  hint: write `https://`"
    ),
    Refused(
        "[portal]\nurl = \"https://postern.example.com/a\"",
        "proxy.conf:2: `url` in [portal]: a server's address alone, such as `https://postern.example.com`"
    ),
    Refused("[identity]", "proxy.conf:1: [identity] has no `issuer`\nproxy.conf:1: [identity] has no `audience`"),
    Refused(
        "[identity]\naudience = \"\"\nissuer = \"login.example.com\"",
        "proxy.conf:2: `audience` in [identity] must be visible ASCII text of at most 512 characters\nproxy.conf:3: `issuer` in [identity]: not an address such as `https://auth.example.com/token`"
    ),
    Refused(
        "[identity]\naudience = \"a\"\nissuer = \"https://a.test\"\njwks_url = \"http://a.test/jwks\"",
        "proxy.conf:4: `jwks_url` in [identity]: tokens would cross the network in clear\n  hint: write `https://`"
    ),
    Refused(
        "[api]\nidentity_blending = \"always\"",
        "proxy.conf:2: `identity_blending` in [api] must be \"selects\" or \"strict\", found `always`"
    ),
    Refused("[api]\nclock_skew_s = 0", "proxy.conf:2: `clock_skew_s` in [api] must be from 1 to 3600, found 0"),
    Refused(
        "[approvals]\nmax_pending = 0",
        "proxy.conf:2: `max_pending` in [approvals] must be from 1 to 10000, found 0"
    ),
    Refused("[approvals]\nhold = 1", "proxy.conf:2: unknown key `hold` in [approvals]\n  hint: did you mean `hold_s`?"),
]

@Suite("Pages, identities, the API and approvals, in a configuration")
struct ServiceSectionTests {
    @Test("what cannot be used is refused", arguments: refused)
    func refuses(row: Refused) { #expect(ConfigText.complaint(row.text) == row.complaint) }

    @Test("without the tables there are no pages and no users")
    func defaults() throws {
        let settings = try ConfigText.load("").settings
        #expect(settings.portal == nil && settings.userTokens == nil)
        #expect(settings.api == APISettings() && settings.approvals == ApprovalSettings())
    }

    @Test("a portal needs no key, and its address has no slash at the end")
    func readsPortal() throws {
        let usual = try #require(try ConfigText.load("[portal]").settings.portal)
        #expect(usual.listen.address.description == "127.0.0.1" && usual.listen.port == 3129 && usual.url == nil)
        let any = try ConfigText.load("[portal]\nlisten = \"[::1]:0\"\nurl = \"https://P.example.com:443/\"")
        #expect(any.settings.portal?.listen.port == 0 && any.settings.portal?.url == "https://p.example.com")
        let remote = """
            [proxy]
            allow_remote_clients = true
            [portal]
            listen = "10.0.0.5:80"
            url = "https://postern.example.com:8443"
            """
        #expect(try ConfigText.load(remote).settings.portal?.url == "https://postern.example.com:8443")
    }

    @Test("an issuer stays as it is written")
    func readsIdentity() throws {
        let text = "[identity]\nissuer = \"https://a.test/tenant/\"\naudience = \"p\"\nsubject_claim = \"oid\""
        let tokens = try #require(try ConfigText.load(text).settings.userTokens)
        #expect(tokens.issuer == "https://a.test/tenant/" && tokens.audience == "p" && tokens.subjectClaim == "oid")
        #expect(tokens.keysURL == nil && tokens.groupsClaim == nil && tokens.network == UpstreamNetwork())
    }

    @Test("numbers of the API and of approvals are read")
    func readsNumbers() throws {
        let text = """
            [api]
            identity_blending = "strict"
            clock_skew_s = 30
            placeholder_lifetime_s = 60
            requests_per_minute = 5
            [approvals]
            hold_s = 0
            max_pending = 3
            max_body_bytes = 0
            """
        let settings = try ConfigText.load(text).settings
        #expect(settings.api.identityBlending == .strict && settings.api.requestsPerMinute == 5)
        #expect(settings.api.clockSkew == .seconds(30) && settings.api.placeholderLifetime == .seconds(60))
        let approvals = settings.approvals
        #expect(approvals.patience == .zero && approvals.maxPending == 3 && approvals.maxBodyBytes == 0)
    }

    @Test("approvals are asked for by true or by a table, in grants and in policies")
    func readsApproval() throws {
        #expect(try DirectoryJSON.terms("{}").approval == nil)
        #expect(try DirectoryJSON.terms(#"{"requires_approval":false}"#).approval == nil)
        #expect(try DirectoryJSON.terms(#"{"requires_approval":true}"#).approval == ApprovalTerms())
        let terms = ApprovalTerms(approvers: ["alice", "bob@example.com"], lifetime: .seconds(60), methods: [.post])
        let json = #"{"requires_approval":{"approvers":["alice","bob@example.com"],"ttl_s":60,"methods":["POST"]}}"#
        #expect(try DirectoryJSON.terms(json).approval == terms)
        #expect(try DirectoryJSON.policy(json).approval == terms)
    }

    @Test(
        "terms of approval that are refused",
        arguments: [
            (#""yes""#, "must be true, false or a table, found a string"), ("1", "must be true, false or a table"),
            (#"{"approver":["a"]}"#, "unknown key `approver` in `requires_approval`"),
            (#"{"approvers":"a"}"#, "must be an array of strings"), (#"{"approvers":[""]}"#, "takes names"),
            (#"{"approvers":["a b"]}"#, "takes names"), (#"{"approvers":["a","a"]}"#, "names `a` twice"),
            (#"{"ttl_s":0}"#, "must be from 10 to 604800"), (#"{"methods":["FETCH"]}"#, "`FETCH` is not a method"),
            (#"{"approvers":[\#((0...16).map { "\"a\($0)\"" }.joined(separator: ","))]}"#, "has more than 16 elements"),
        ]
    )
    func refusesApproval(value: String, reason: String) {
        let error = #expect(throws: ConfigError.self) { try DirectoryJSON.terms("{\"requires_approval\":\(value)}") }
        #expect(error?.reason.contains(reason) == true, "\(error?.reason ?? "")")
    }
}
