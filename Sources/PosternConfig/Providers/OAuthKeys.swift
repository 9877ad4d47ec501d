internal import PosternCore

/// `oauth`: how users connect accounts at a provider.
struct OAuthKeys {
    /// What the catalogue knows of the provider.
    let known: CatalogueOAuth?
    /// Whether the client's secret may be referred to: only the configuration file says where secrets lie.
    let mayRefer: Bool

    /// Parameters of the authorization request that are not the operator's to set.
    private static let reserved: Set<String> = [
        "client_id", "client_secret", "redirect_uri", "response_type", "response_mode", "scope", "state",
        "code_challenge", "code_challenge_method", "request", "request_uri",
    ]

    /// Reads the table; `nil` after noting why it cannot be used, or where it is not written.
    func read(_ owner: TableReader) -> OAuthClientSettings? {
        guard let table = owner.table("oauth") else { return nil }
        let authorization = endpoint("authorization_endpoint", known?.authorizationEndpoint, table)
        let token = endpoint("token_endpoint", known?.tokenEndpoint, table)
        let revocation = EndpointRules.url("revocation_endpoint", table) ?? known?.revocationEndpoint
        let account = EndpointRules.url("account_endpoint", table) ?? known?.accountEndpoint
        let member = word("account_member", table) ?? known?.accountMember ?? "email"
        let issuer = word("issuer", table)
        if !table.has("client_id") { table.refuseMissing("client_id", hint: "it is what the provider calls us") }
        let client = word("client_id", table)
        let secret = reference(table)
        let authentication = authentication(table, hasSecret: table.has("client_secret"))
        let scopes = scopes("scopes", table)
        let allowed = self.scopes("allowed_scopes", table)
        let parameters = parameters(table)
        table.finish()
        let usual = scopes ?? known?.scopes?.filter { allowed?.contains($0) ?? true } ?? []
        if let allowed, let beyond = usual.first(where: { !allowed.contains($0) }) {
            table.refuse("scopes", "has \(Excerpt.of(beyond)), which is not in `allowed_scopes`")
        }
        guard let authorization, let token, let client else { return nil }
        return OAuthClientSettings(
            authorizationEndpoint: authorization,
            tokenEndpoint: token,
            revocationEndpoint: revocation,
            accountEndpoint: account,
            accountMember: member,
            issuer: issuer,
            clientID: client,
            clientSecret: secret,
            clientAuthentication: authentication,
            defaultScopes: usual,
            allowedScopes: allowed,
            authorizationParameters: parameters ?? known?.parameters ?? [:],
            scopeSeparator: known?.scopeSeparator ?? " "
        )
    }

    private func endpoint(_ key: String, _ known: String?, _ table: TableReader) -> String? {
        if !table.has(key), known == nil { table.refuseMissing(key) }
        return EndpointRules.url(key, table) ?? known
    }

    private func word(_ key: String, _ table: TableReader) -> String? {
        guard let text = table.string(key) else { return nil }
        guard (1...512).contains(text.value.utf8.count), FieldRules.isFieldText(text.value) else {
            table.refuse(key, "must be visible ASCII text of at most 512 characters")
            return nil
        }
        return text.value
    }

    /// Whoever changes the directory may not have files and programs of the daemon's read, and sent to a place of their choice.
    private func reference(_ table: TableReader) -> String? {
        guard let text = table.string("client_secret") else { return nil }
        guard mayRefer else {
            table.refuse(
                "client_secret",
                "can be named in the configuration file only",
                hint: "write the [[provider]] there"
            )
            return nil
        }
        return table.attempt("client_secret", line: text.line) { () throws(Refusal) in
            _ = try SecretReference(text.value)
            return text.value
        }
    }

    private func authentication(_ table: TableReader, hasSecret: Bool) -> OAuthClientSettings.ClientAuthentication {
        let kinds: [OAuthClientSettings.ClientAuthentication] = [.basic, .post, .none]
        let words = Dictionary(kinds.map { ($0.rawValue, $0) }) { first, _ in first }
        guard let written = table.choice("client_auth", of: words) else {
            return hasSecret ? known?.clientAuthentication ?? .basic : .none
        }
        if hasSecret != (written != .none) {
            table.refuse("client_auth", hasSecret ? "says that there is no secret" : "needs `client_secret`")
        }
        return written
    }

    /// RFC 6749 section 3.3.
    private func scopes(_ key: String, _ table: TableReader) -> [String]? {
        table.strings(key)?.compactMap { text in
            let isScope =
                (1...256).contains(text.value.utf8.count)
                && text.value.utf8.allSatisfy {
                    (0x21...0x7e).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
                }
            if isScope { return text.value }
            table.problems.add("`\(key)` in \(table.title): \(Excerpt.of(text.value)) is not a scope", line: text.line)
            return nil
        }
    }

    private func parameters(_ table: TableReader) -> [String: String]? {
        guard let written = table.stringTable("authorization_parameters") else { return nil }
        for (name, value) in written.sorted(by: { $0.key < $1.key }) {
            let reason =
                if OAuthKeys.reserved.contains(name) {
                    "\(Excerpt.of(name)) is not yours to set"
                } else if name.isEmpty || !FieldRules.isFieldText(name) || !FieldRules.isFieldText(value.value) {
                    "\(Excerpt.of(name)) must be visible ASCII text"
                } else {
                    String?.none
                }
            if let reason {
                table.problems.add("`authorization_parameters` in \(table.title): \(reason)", line: value.line)
            }
        }
        return written.mapValues(\.value)
    }
}
