extension Portal {
    func approvalList(_ request: PortalRequest) async throws(PageRefusal) -> PortalAnswer {
        let visitor = try await visitor(of: request)
        let page = ApprovalListPage(
            approvals: try await approvals.approvals(for: visitor.person),
            room: visitor.room,
            moments: MomentText(now: request.receivedAt)
        )
        return .page(framed(page.page, for: visitor, at: .approvals))
    }

    func approvalPage(_ id: String, _ request: PortalRequest) async throws(PageRefusal) -> PortalAnswer {
        let visitor = try await visitor(of: request, approval: id)
        let details = try await approvals.approval(id, for: visitor.person)
        let path = visitor.room.approval(details.summary.id)
        let page = ApprovalPage(
            details: details,
            room: visitor.room,
            approveKey: formKeys.key(for: path + "/approve", cookie: visitor.cookie),
            denyKey: formKeys.key(for: path + "/deny", cookie: visitor.cookie),
            moments: MomentText(now: request.receivedAt)
        )
        return .page(framed(page.page, for: visitor, at: .approval(id: id)))
    }

    func approve(_ id: String, _ request: PortalRequest) async throws(PageRefusal) -> PortalAnswer {
        let visitor = try await visitor(of: request)
        try checkForm(of: request, cookie: visitor.cookie)
        let details = try await approvals.approval(id, for: visitor.person)
        try await approvals.approve(id, unseen: request.form[ApprovalPage.unseenField] != nil, by: visitor.person)
        return .redirect(visitor.room.approval(details.summary.id))
    }

    func deny(_ id: String, _ request: PortalRequest) async throws(PageRefusal) -> PortalAnswer {
        let visitor = try await visitor(of: request)
        try checkForm(of: request, cookie: visitor.cookie)
        let details = try await approvals.approval(id, for: visitor.person)
        let reason = request.form["reason"].flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 }
        try await approvals.deny(id, reason: reason, by: visitor.person)
        return .redirect(visitor.room.approval(details.summary.id))
    }

    /// A page of operators, with what is at its top.
    func framed(_ page: Page, for visitor: Visitor, at route: PortalRoute) -> Page {
        var page = page
        page.navigation =
            Navigation(
                person: visitor.person,
                room: visitor.room,
                route: route,
                logoutKey: formKeys.key(for: visitor.room.logout, cookie: visitor.cookie)
            ).markup
        return page
    }
}

extension Room {
    var approvals: String { path + "/approvals" }
    var wallet: String { path + "/wallet" }
    var logout: String { path + "/logout" }

    /// The page of an approval, below which its forms go.
    func approval(_ id: String) -> String { approvals + "/" + id }
}
