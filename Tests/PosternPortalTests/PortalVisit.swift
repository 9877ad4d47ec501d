import Testing

@testable import PosternPortal

/// One browser at a portal: keeps cookies, and sends forms that it has seen.
final class PortalVisit {
    let desks = StandInDesks()
    private let portal: Portal
    private let address: PortalAddress
    private var cookies: [String: String] = [:]

    init() throws {
        address = try #require(PortalAddress("http://127.0.0.1:3129"))
        portal = Portal(address: address, connect: desks, approvals: desks, wallet: desks, logins: desks)
    }

    /// Opens a page; returns the status and what stands on it, or where it leads.
    func open(
        _ path: String,
        query: [String: String] = [:],
        fromElsewhere: Bool = false
    ) async -> (status: Int, text: String) {
        await send(.get, path, query: query, fromElsewhere: fromElsewhere)
    }

    /// Sends a form with the key that stands on `page` for it, or with `key`.
    func submit(
        _ path: String,
        from page: String,
        _ fields: [String: String] = [:],
        key: String? = nil
    ) async -> (status: Int, text: String) {
        let shown = await open(page).text
        let found = shown.firstRange(of: "action=\"\(path)\"><input type=\"hidden\" name=\"form_key\" value=\"")
            .map { String(shown[$0.upperBound...].prefix { $0 != "\"" }) }
        return await send(.post, path, form: fields.merging([FormKeys.field: key ?? found ?? ""]) { $1 })
    }

    func signIn(_ code: String = "operator-code") async { _ = await submit("/login", from: "/login", ["code": code]) }

    func forgetCookie(_ name: String) { cookies[name] = nil }

    private func send(
        _ method: PortalRequest.Method,
        _ path: String,
        query: [String: String] = [:],
        form: [String: String] = [:],
        fromElsewhere: Bool = false
    ) async -> (status: Int, text: String) {
        let answer = await portal.answer(
            PortalRequest(
                method: method,
                path: path,
                segments: FormText.segments(of: path) ?? [],
                query: query,
                form: form,
                browser: cookies["postern_browser"],
                session: fromElsewhere ? nil : cookies["postern_session"],
                isFromElsewhere: fromElsewhere,
                peer: "127.0.0.1",
                receivedAt: 0
            )
        )
        for cookie in answer.cookies {
            let pieces = cookie.prefix { $0 != ";" }.split(separator: "=", omittingEmptySubsequences: false)
            cookies[String(pieces[0])] = pieces[1].isEmpty ? nil : String(pieces[1])
        }
        switch answer.content {
        case .redirect(let path): return (answer.status, path)
        case .page(let page): return (answer.status, page.document(at: address).source)
        }
    }
}
