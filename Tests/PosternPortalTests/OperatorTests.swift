import Synchronization
import Testing

@testable import PosternPortal

@Suite struct OperatorTests {
    private static let pages = ["/approvals", "/approvals/1", "/wallet"]

    @Test("only those who are signed in see anything", arguments: pages)
    func strangers(_ path: String) async throws {
        let visit = try PortalVisit()
        let page = await visit.open(path)
        #expect(page.status == 403)
        #expect(!page.text.contains("research-bot") && !page.text.contains("http-equiv"))
        await visit.signIn()
        #expect(await visit.open(visit.room + path).status == 200)
        #expect(await visit.open(path).status == 403)
    }

    @Test("a browser that came from elsewhere is sent once more by ourselves, so that it brings its session")
    func fromElsewhere() async throws {
        let visit = try PortalVisit()
        await visit.signIn()
        let page = await visit.open(visit.room + "/approvals/1", fromElsewhere: true)
        #expect(page.status == 403)
        #expect(page.text.contains("<meta http-equiv=\"refresh\" content=\"0;url=\(visit.room)/approvals/1\">"))
        #expect(!page.text.contains("research-bot"))
    }

    @Test("opening the link of a code signs nobody in")
    func loginByLooking() async throws {
        let visit = try PortalVisit()
        _ = await visit.open("/login", query: ["code": "operator-code"])
        #expect(await visit.open("/approvals").status == 403)
        let page = await visit.submit("/login", from: "/login", ["code": " operator-\ncode "])
        #expect(page.status == 303 && page.text.hasSuffix("/approvals"))
        #expect(await visit.open(page.text).status == 200)
    }

    @Test("a wrong code opens nothing, and guessing is slowed", arguments: ["", "wrong", "operator-code2"])
    func wrongCode(_ code: String) async throws {
        let visit = try PortalVisit()
        var statuses: Set<Int> = []
        for _ in 0..<30 { statuses.insert(await visit.submit("/login", from: "/login", ["code": code]).status) }
        #expect(statuses == [410, 429])
        #expect(await visit.open("/approvals").status == 403)
    }

    @Test("who signs out is out")
    func signingOut() async throws {
        let visit = try PortalVisit()
        await visit.signIn()
        let page = await visit.submit(visit.room + "/logout", from: visit.room + "/approvals")
        #expect(page.status == 303 && page.text == "/login")
        #expect(visit.desks.state.withLock { $0.sessions.isEmpty })
        #expect(await visit.open(visit.room + "/approvals").status == 403)
    }

    @Test("other ports of the host are sent no session, and one that they set keeps nobody out")
    func otherPorts() async throws {
        let visit = try PortalVisit()
        await visit.signIn()
        let other = try PortalVisit()
        await other.signIn()
        #expect(visit.room.utf8.count == "/o/".utf8.count + 32)
        for path in ["/", "/approvals", "/o", "/wallet"] { #expect(visit.values("postern_session", at: path).isEmpty) }
        let session = try #require(visit.values("postern_session", at: visit.room + "/approvals").first)
        // Whoever has the cookie still has to know the path, and the other way round.
        let thief = try PortalVisit()
        thief.plant("postern_session", session)
        for path in ["/approvals", other.room + "/approvals", visit.room + "/approvals"] {
            #expect(await thief.open(path).status == 403)
        }
        visit.plant("postern_session", String(repeating: "0", count: 64))
        visit.plant("postern_session", session)
        #expect(await visit.open(visit.room + "/approvals").status == 200)
        #expect(await visit.open(other.room + "/approvals").status == 403)
        #expect(await visit.open("/approvals").status == 403)
        visit.forgetCookie("postern_session")
        #expect(await visit.open(visit.room + "/approvals").status == 403)
    }

    @Test(
        "only the pages of operators are in a room",
        arguments: ["/login", "/connect/page", "/connect/callback", "/o"]
    )
    func rooms(_ path: String) async throws {
        let visit = try PortalVisit()
        await visit.signIn()
        #expect(await visit.open(visit.room + path).status == 404)
        #expect(await visit.open("/o/x" + path).status == 404)
    }

    @Test("over https the pages are at the top, and the cookie says that nobody else has set it")
    func overTLS() async throws {
        let visit = try PortalVisit("https://postern.example.com")
        let page = await visit.submit("/login", from: "/login", ["code": "operator-code"])
        #expect(page.text == "/approvals")
        #expect(await visit.open("/approvals").status == 200)
        #expect(await visit.open("/o/\(String(repeating: "0", count: 32))/approvals").status == 404)
        #expect(await visit.submit("/approvals/1/approve", from: "/approvals/1").text == "/approvals/1")
    }

    @Test("whoever comes by the link of an approval lands on it after signing in")
    func carriedApproval() async throws {
        let visit = try PortalVisit()
        let shown = await visit.open("/approvals/1")
        #expect(shown.status == 403 && shown.text.contains("href=\"/login?approval=1\""))
        let page = await visit.open("/login", query: ["approval": "1"]).text
        #expect(page.contains("<input type=\"hidden\" name=\"approval\" value=\"1\">"))
        let inside = await visit.submit("/login", from: "/login", ["code": "operator-code", "approval": "1"])
        #expect(inside.text.hasPrefix("/o/") && inside.text.hasSuffix("/approvals/1"))
    }

    @Test("nothing else is carried", arguments: ["//evil.test", "../wallet", "1/approve", "", "%2e", "a\r\nb"])
    func carriedText(_ text: String) async throws {
        let visit = try PortalVisit()
        #expect(!(await visit.open("/login", query: ["approval": text]).text.contains("name=\"approval\"")))
        let inside = await visit.submit("/login", from: "/login", ["code": "operator-code", "approval": text])
        #expect(inside.status == 303 && inside.text.hasSuffix("/approvals"))
    }

    @Test("the pages of operators lead nowhere else", arguments: pages)
    func noWayOut(_ path: String) async throws {
        let visit = try PortalVisit()
        await visit.signIn()
        let page = await visit.open(visit.room + path).text
        let links = page.split(separator: "href=\"").dropFirst().map { $0.prefix { $0 != "\"" } }
        #expect(links.allSatisfy { $0.hasPrefix(visit.room) || $0 == "#main" })
    }

    @Test("a decision is a form with its key")
    func deciding() async throws {
        let visit = try PortalVisit()
        await visit.signIn()
        let room = visit.room
        #expect(await visit.open(room + "/approvals/1/approve").status == 405)
        #expect(await visit.submit(room + "/approvals/1/approve", from: room + "/approvals/1", key: "00").status == 403)
        #expect(visit.desks.done.isEmpty)
        let approved = await visit.submit(room + "/approvals/1/approve", from: room + "/approvals/1")
        #expect(approved.status == 303 && approved.text == room + "/approvals/1")
        _ = await visit.submit(room + "/approvals/1/deny", from: room + "/approvals/1", ["reason": "no"])
        _ = await visit.submit(room + "/approvals/1/deny", from: room + "/approvals/1", ["reason": "  "])
        #expect(visit.desks.done == ["approve 1 by operator", "deny 1 because no", "deny 1 because -"])
    }

    @Test("what is not all shown is approved by saying so")
    func cutBody() async throws {
        let visit = try PortalVisit()
        visit.desks.state.withLock { $0.isBodyCut = true }
        await visit.signIn()
        let room = visit.room
        #expect(await visit.open(room + "/approvals/1").text.contains("This is not all of it"))
        #expect(await visit.submit(room + "/approvals/1/approve", from: room + "/approvals/1").status == 400)
        #expect(visit.desks.done.isEmpty)
        let page = room + "/approvals/1"
        #expect(await visit.submit(page + "/approve", from: page, ["unseen": "yes"]).status == 303)
        #expect(visit.desks.done == ["approve 1 by operator"])
    }

    @Test("approvers decide, and see nothing else")
    func approvers() async throws {
        let visit = try PortalVisit()
        await visit.signIn("approver-code")
        let room = visit.room
        #expect(await visit.submit(room + "/approvals/1/approve", from: room + "/approvals/1").status == 303)
        #expect(visit.desks.done == ["approve 1 by approver(\"ada\")"])
        #expect(await visit.open(room + "/wallet").status == 403)
        #expect(await visit.submit(room + "/wallet/grants/g/revoke", from: room + "/approvals").status == 403)
        #expect(!(await visit.open(room + "/approvals").text.contains("/wallet")))
    }

    @Test("operators take back what was given")
    func revoking() async throws {
        let visit = try PortalVisit()
        await visit.signIn()
        let room = visit.room
        #expect(await visit.submit(room + "/wallet/grants/g/revoke", from: room + "/wallet", key: "00").status == 403)
        let page = await visit.submit(room + "/wallet/grants/g/revoke", from: room + "/wallet")
        #expect(page.status == 303 && page.text == room + "/wallet")
        #expect(visit.desks.done == ["revoke grant g"])
    }

    @Test("what an agent says is text, and stands apart")
    func words() async throws {
        let visit = try PortalVisit()
        await visit.signIn()
        let room = visit.room
        let page = await visit.open(room + "/approvals/1").text
        #expect(page.contains("<blockquote>&lt;b&gt;approved&lt;/b&gt;</blockquote>"))
        #expect(page.contains("Postern has checked none of them"))
    }
}
