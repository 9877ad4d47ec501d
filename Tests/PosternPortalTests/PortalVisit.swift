import Testing

@testable import PosternPortal

/// One browser at a portal: keeps cookies, sends them where their path says, and sends forms that it has seen.
final class PortalVisit {
    let desks = StandInDesks()
    private let portal: Portal
    private let address: PortalAddress
    private var cookies: [Cookie] = []
    /// What the paths of the pages begin with after signing in.
    private(set) var room = ""

    private struct Cookie {
        let name: String
        let value: String
        let path: String

        func goes(to place: String) -> Bool { path == "/" || place == path || place.hasPrefix(path + "/") }
    }

    init(_ url: String = "http://127.0.0.1:3129") throws {
        address = try #require(PortalAddress(url))
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

    func signIn(_ code: String = "operator-code") async {
        let place = await submit("/login", from: "/login", ["code": code]).text
        room = place.hasSuffix("/approvals") ? String(place.dropLast("/approvals".count)) : ""
    }

    func forgetCookie(_ name: String) { cookies.removeAll { $0.name == name } }

    /// Another port of the host sets a cookie.
    func plant(_ name: String, _ value: String, path: String = "/") {
        cookies.append(Cookie(name: name, value: value, path: path))
    }

    /// The values of cookies that are sent for a path.
    func values(_ name: String, at place: String) -> [String] {
        let named = cookies.filter { $0.name == (address.isSecure ? "__Host-" : "") + name && $0.goes(to: place) }
        return named.sorted { $0.path.utf8.count > $1.path.utf8.count }.map(\.value)
    }

    private func send(
        _ method: PortalRequest.Method,
        _ path: String,
        query: [String: String] = [:],
        form: [String: String] = [:],
        fromElsewhere: Bool = false
    ) async -> (status: Int, text: String) {
        let (room, rest) = Room.split(FormText.segments(of: path) ?? [])
        let answer = await portal.answer(
            PortalRequest(
                method: method,
                path: path,
                segments: rest,
                room: room,
                query: query,
                form: form,
                browser: values("postern_browser", at: path).first,
                sessions: fromElsewhere ? [] : values("postern_session", at: path),
                confirmations: values("postern_confirmation", at: path),
                isFromElsewhere: fromElsewhere,
                peer: "127.0.0.1",
                receivedAt: 0
            )
        )
        for cookie in answer.cookies {
            let parts = cookie.split(separator: "; ").map { $0.split(separator: "=", omittingEmptySubsequences: false) }
            let (name, path) = (String(parts[0][0]), String(parts[1][1]))
            cookies.removeAll { $0.name == name && $0.path == path }
            if !parts[0][1].isEmpty { plant(name, String(parts[0][1]), path: path) }
        }
        switch answer.content {
        case .redirect(let path): return (answer.status, path)
        case .page(let page): return (answer.status, page.document(at: address).source)
        }
    }
}
