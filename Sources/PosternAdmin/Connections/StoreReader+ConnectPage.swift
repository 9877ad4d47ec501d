internal import PosternCore

extension StoreReader {
    /// What the page of a session shows.
    func page(of session: ConnectSession, at now: Int64) throws -> ConnectPage {
        let user = try user(id: session.stored.userID)
        let status = session.status(at: now)
        return ConnectPage(
            appName: try app().name,
            userName: user?.displayName ?? user?.subject ?? "",
            agent: try session.stored.agentID.flatMap { try agent(id: $0) }.map { agent in
                ConnectPageAgent(id: agent.id, name: agent.name, displayName: agent.displayName)
            },
            providers: try pageProviders(of: session),
            terms: session.request.terms,
            grantEndsAt: session.request.grantEndsAt,
            isDelegable: session.request.isDelegable == true,
            isOpen: status == .pending,
            state: session.record.state(status),
            returnURL: session.request.returnURL,
            expiresAt: session.stored.expiresAt
        )
    }

    private func pageProviders(of session: ConnectSession) throws -> [ConnectPageProvider] {
        let connections = try connections(ofUser: session.stored.userID, includingRevoked: false)
        let repaired = try session.request.repairedGrant.flatMap { try grant(id: $0)?.secretID }
        return session.request.choices.map { choice in
            ConnectPageProvider(
                name: choice.provider,
                scopes: choice.scopes,
                accounts: connections.reduce(into: []) { accounts, connection in
                    guard connection.provider == choice.provider, !accounts.contains(connection.account),
                        connection.account != StoredConnection.unknownAccount
                    else { return }
                    accounts.append(connection.account)
                },
                tellsAccounts: choice.tellsAccounts,
                isRepair: connections.contains { $0.secretID == repaired && $0.provider == choice.provider },
                state: session.record.pageState(of: choice.provider)
            )
        }
    }
}

extension ConnectRecord {
    /// How a provider stands.
    fileprivate func pageState(of provider: String) -> ConnectPageProvider.State {
        if let grant = connected.first(where: { $0.provider == provider }) { return .connected(account: grant.account) }
        if declined.contains(where: { $0.provider == provider }) { return .declined }
        if let failure = failed.first(where: { $0.provider == provider }) { return .failed(message: failure.message) }
        return .open
    }
}
