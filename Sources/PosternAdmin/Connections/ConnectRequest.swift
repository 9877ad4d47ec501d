internal import PosternCore

/// What a connect session is about, as the store keeps it.
struct ConnectRequest: Hashable {
    /// A provider at which the user may connect, and what is asked of it.
    struct Choice: Hashable {
        let provider: String
        let scopes: [String]
        /// Whether the provider tells one account from another.
        let tellsAccounts: Bool
    }

    let choices: [Choice]
    let label: String?
    let terms: String
    /// When the grant ends that comes of it.
    let grantEndsAt: Int64?
    let returnURL: String?
    let isDelegable: Bool?
    let asksForAccount: Bool
    /// The grant of the connection that is to get new tokens; `nil` for none.
    let repairedGrant: String?

    /// The choice of a provider.
    func choice(_ provider: String) -> Choice? { choices.first { $0.provider == provider } }

    /// Whether the grant is to allow less than everything, or not for ever.
    var limitsGrant: Bool { terms != "{}" || grantEndsAt != nil }
}

extension ConnectRequest {
    /// Writes it.
    var kept: String {
        KeptJSON.members([
            "providers": .list(
                choices.map {
                    .object([
                        "name": .text($0.provider), "scopes": .list($0.scopes.map(KeptJSON.text)),
                        "tells_accounts": .flag($0.tellsAccounts),
                    ])
                }
            ),
            "label": label.map(KeptJSON.text),
            "terms": .text(terms),
            "grant_ends_at": grantEndsAt.map(KeptJSON.number),
            "return_url": returnURL.map(KeptJSON.text),
            "delegable": isDelegable.map(KeptJSON.flag),
            "asks_for_account": .flag(asksForAccount),
            "repairs": repairedGrant.map(KeptJSON.text),
        ])
        .json
    }

    /// Reads what was written.
    init?(kept: String) {
        guard let json = KeptJSON(kept), let terms = json["terms"]?.text, let providers = json["providers"] else {
            return nil
        }
        choices = providers.list.compactMap { choice in
            choice["name"]?.text.map {
                Choice(
                    provider: $0,
                    scopes: (choice["scopes"]?.list ?? []).compactMap(\.text),
                    tellsAccounts: choice["tells_accounts"]?.flag == true
                )
            }
        }
        label = json["label"]?.text
        self.terms = terms
        grantEndsAt = json["grant_ends_at"]?.number
        returnURL = json["return_url"]?.text
        isDelegable = json["delegable"]?.flag
        asksForAccount = json["asks_for_account"]?.flag == true
        repairedGrant = json["repairs"]?.text
    }
}
