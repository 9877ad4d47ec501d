internal import PosternCore

/// What came of a connect session so far, as the store keeps it.
struct ConnectRecord: Hashable {
    var connected: [ConnectedGrant] = []
    var declined: [DeclinedProvider] = []
    var failed: [FailedProvider] = []

    /// Forgets what became of a provider before, since it is tried again or settled.
    mutating func forget(_ provider: String) {
        declined.removeAll { $0.provider == provider }
        failed.removeAll { $0.provider == provider }
    }

    /// Whether nothing more can be decided about a provider.
    func isSettled(_ provider: String) -> Bool {
        connected.contains { $0.provider == provider } || declined.contains { $0.provider == provider }
    }

    /// How a session stands in which these were to choose from.
    ///
    /// What has failed can be tried again as long as there is anything left to decide.
    func status(of request: ConnectRequest) -> StoredConnectSession.Status {
        let isDone = request.choices.allSatisfy { choice in
            isSettled(choice.provider) || failed.contains { $0.provider == choice.provider }
        }
        guard isDone else { return .pending }
        guard connected.isEmpty else { return .completed }
        return failed.isEmpty ? .denied : .failed
    }

    /// How a session went that has this status.
    func state(_ status: StoredConnectSession.Status) -> ConnectProgress.State {
        switch status {
        case .pending: .pending
        case .completed: .completed
        case .denied: .failed(code: "connect_denied", message: "the user did not want to connect")
        case .failed:
            failed.first.map { .failed(code: $0.code, message: $0.message) }
                ?? .failed(code: "connect_failed", message: "nothing could be connected")
        case .expired: .expired
        }
    }
}

extension ConnectRecord {
    /// Writes it.
    var kept: String {
        KeptJSON.object([
            "connected": .list(connected.map(\.kept)),
            "declined": .list(
                declined.map {
                    .object(["provider": .text($0.provider), "code": .text($0.code), "at": .number($0.declinedAt)])
                }
            ),
            "failed": .list(
                failed.map {
                    .object(["provider": .text($0.provider), "code": .text($0.code), "message": .text($0.message)])
                }
            ),
        ])
        .json
    }

    /// Reads what was written; `{}` is nothing so far.
    init?(kept: String) {
        guard let json = KeptJSON(kept) else { return nil }
        connected = (json["connected"]?.list ?? []).compactMap(ConnectedGrant.init)
        declined = (json["declined"]?.list ?? []).compactMap { one in
            guard let provider = one["provider"]?.text, let code = one["code"]?.text, let time = one["at"]?.number
            else { return nil }
            return DeclinedProvider(provider: provider, code: code, declinedAt: time)
        }
        failed = (json["failed"]?.list ?? []).compactMap { one in
            guard let provider = one["provider"]?.text, let code = one["code"]?.text,
                let message = one["message"]?.text
            else { return nil }
            return FailedProvider(provider: provider, code: code, message: message)
        }
    }
}

extension ConnectedGrant {
    fileprivate var kept: KeptJSON {
        .members([
            "grant": .text(grant),
            "provider": .text(provider),
            "account": account.map(KeptJSON.text),
            "scopes": .list(scopes.map(KeptJSON.text)),
            "operation": .text(operation.rawValue),
            "delegation": delegation.map {
                .object([
                    "grant": .text($0.grant), "agent": .text($0.agentID), "delegable": .flag($0.isDelegable),
                ])
            },
        ])
    }

    fileprivate init?(_ json: KeptJSON) {
        guard let grant = json["grant"]?.text, let provider = json["provider"]?.text,
            let operation = json["operation"]?.text.flatMap(Operation.init)
        else { return nil }
        self.grant = grant
        self.provider = provider
        account = json["account"]?.text
        scopes = (json["scopes"]?.list ?? []).compactMap(\.text)
        self.operation = operation
        delegation = json["delegation"].flatMap { one in
            guard let grant = one["grant"]?.text, let agent = one["agent"]?.text,
                let isDelegable = one["delegable"]?.flag
            else { return nil }
            return ConnectedDelegation(grant: grant, agentID: agent, isDelegable: isDelegable)
        }
    }
}
