extension Portal {
    func walletPage(_ request: PortalRequest) async throws(PageRefusal) -> PortalAnswer {
        let visitor = try await operatorOnly(request)
        let user = request.query["user"].flatMap { $0.isEmpty ? nil : $0 }
        let page = WalletPage(
            wallet: try await wallet.wallet(of: user),
            user: user,
            room: visitor.room,
            moments: MomentText(now: request.receivedAt),
            formKey: { formKeys.key(for: $0, cookie: visitor.cookie) }
        )
        return .page(framed(page.page, for: visitor, at: .wallet))
    }

    /// Takes something back by `act`.
    func revoke(
        _ request: PortalRequest,
        by act: (PortalPerson) async throws(PageRefusal) -> Void
    ) async throws(PageRefusal) -> PortalAnswer {
        let visitor = try await operatorOnly(request)
        try checkForm(of: request, cookie: visitor.cookie)
        try await act(visitor.person)
        return .redirect(visitor.room.wallet)
    }

    private func operatorOnly(_ request: PortalRequest) async throws(PageRefusal) -> Visitor {
        let visitor = try await visitor(of: request)
        switch visitor.person {
        case .operator: return visitor
        case .approver: throw .forbidden("Approvers decide on requests. What is connected is for operators to see.")
        }
    }
}
