extension Portal {
    func approvalList(_ request: PortalRequest) async throws(PageRefusal) -> PortalAnswer {
        let visitor = try await visitor(of: request)
        let page = ApprovalListPage(
            approvals: try await approvals.approvals(for: visitor.person),
            moments: MomentText(now: request.receivedAt)
        )
        return .page(framed(page.page, for: visitor, at: .approvals))
    }

    func approvalPage(_ id: String, _ request: PortalRequest) async throws(PageRefusal) -> PortalAnswer {
        let visitor = try await visitor(of: request)
        let details = try await approvals.approval(id, for: visitor.person)
        let path = "/approvals/\(details.summary.id)"
        let page = ApprovalPage(
            details: details,
            path: path,
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
        return .redirect("/approvals/\(details.summary.id)")
    }

    func deny(_ id: String, _ request: PortalRequest) async throws(PageRefusal) -> PortalAnswer {
        let visitor = try await visitor(of: request)
        try checkForm(of: request, cookie: visitor.cookie)
        let details = try await approvals.approval(id, for: visitor.person)
        let reason = request.form["reason"].flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 }
        try await approvals.deny(id, reason: reason, by: visitor.person)
        return .redirect("/approvals/\(details.summary.id)")
    }

    /// A page of operators, with what is at its top.
    func framed(_ page: Page, for visitor: Visitor, at route: PortalRoute) -> Page {
        var page = page
        page.navigation =
            Navigation(
                person: visitor.person,
                route: route,
                logoutKey: formKeys.key(for: "/logout", cookie: visitor.cookie)
            ).markup
        return page
    }
}
