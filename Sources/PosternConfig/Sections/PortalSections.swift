internal import PosternCore

// The sections about programs and people that ask Postern itself.

/// `[portal]`: where people are shown pages.
struct PortalSection {
    private static let usualAddress = "127.0.0.1:3129"

    let allowsRemote: Bool

    /// Reads the section, if it is there: without it there are no pages.
    func read(_ table: TableReader, into settings: inout ProxySettings) {
        let text = table.string("listen") ?? Located(PortalSection.usualAddress, line: table.line)
        let address = table.attempt("listen", line: text.line) { () throws(Refusal) in
            try ListenAddress.tcp(text.value, allowsRemote: allowsRemote)
        }
        let url = table.string("url").flatMap { url in
            table.attempt("url", line: url.line) { () throws(Refusal) in try EndpointRules.origin(url.value) }
        }
        table.finish()
        guard let address else { return }
        if !address.address.isLoopback, url?.hasPrefix("https:") != true {
            table.refuse(
                "listen",
                "is not a loopback address: what people see and sign in with would cross the network in clear",
                hint: "put a server that speaks TLS before it, and write its address in `url`"
            )
        }
        settings.portal = PortalSettings(
            listen: IPEndpoint(address: address.address, port: address.port),
            url: url
        )
    }
}

/// `[identity]`: whose tokens prove who a user is.
enum IdentitySection {
    /// Reads the section, if it is there.
    static func read(_ table: TableReader, into settings: inout ProxySettings) {
        let issuer = table.requiredString("issuer").flatMap { issuer in
            // What is written is what tokens say, so it is kept as it is.
            table.attempt("issuer", line: issuer.line) { () throws(Refusal) in
                _ = try EndpointRules.url(issuer.value)
                return issuer.value
            }
        }
        let audience = name("audience", table, isRequired: true)
        let keysURL = EndpointRules.url("jwks_url", table)
        let subject = name("subject_claim", table)
        let groups = name("groups_claim", table)
        let network = UpstreamNetwork(
            allowsPrivateAddresses: table.boolean("allow_private") ?? false,
            certificateAuthorityFile: NetworkKeys.certificateAuthorityFile(table)
        )
        table.finish()
        guard let issuer, let audience else { return }
        var tokens = UserTokenSettings(issuer: issuer, audience: audience, keysURL: keysURL)
        if let subject { tokens.subjectClaim = subject }
        tokens.groupsClaim = groups
        tokens.network = network
        settings.userTokens = tokens
    }

    private static func name(_ key: String, _ table: TableReader, isRequired: Bool = false) -> String? {
        guard let text = isRequired ? table.requiredString(key) : table.string(key) else { return nil }
        guard (1...512).contains(text.value.utf8.count), FieldRules.isFieldText(text.value) else {
            table.refuse(key, "must be visible ASCII text of at most 512 characters")
            return nil
        }
        return text.value
    }
}

/// `[api]`: how programs ask.
enum APISection {
    static func read(_ table: TableReader, into api: inout APISettings) {
        let words = APISettings.IdentityBlending.allCases.map { ($0.rawValue, $0) }
        if let blending = table.choice("identity_blending", of: Dictionary(words) { first, _ in first }) {
            api.identityBlending = blending
        }
        // Beyond an hour it would hardly be a limit, and nonces have to be remembered for twice as long.
        if let seconds = table.integer("clock_skew_s", in: 1...3600) { api.clockSkew = .seconds(seconds) }
        if let seconds = table.integer("placeholder_lifetime_s", in: 1...86_400) {
            api.placeholderLifetime = .seconds(seconds)
        }
        if let requests = table.integer("requests_per_minute", in: 1...10_000_000) { api.requestsPerMinute = requests }
        table.finish()
    }
}

/// `[approvals]`: how people are asked.
enum ApprovalsSection {
    static func read(_ table: TableReader, into approvals: inout ApprovalSettings) {
        if let seconds = table.integer("hold_s", in: 0...3600) { approvals.patience = .seconds(seconds) }
        if let count = table.integer("max_pending", in: 1...10_000) { approvals.maxPending = count }
        if let bytes = table.integer("max_body_bytes", in: 0...64 << 20) { approvals.maxBodyBytes = bytes }
        table.finish()
    }
}
