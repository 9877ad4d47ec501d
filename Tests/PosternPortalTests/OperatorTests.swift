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
        #expect(await visit.open(path).status == 200)
    }

    @Test("a browser that came from elsewhere is sent once more by ourselves, so that it brings its session")
    func fromElsewhere() async throws {
        let visit = try PortalVisit()
        await visit.signIn()
        let page = await visit.open("/approvals/1", fromElsewhere: true)
        #expect(page.status == 403)
        #expect(page.text.contains("<meta http-equiv=\"refresh\" content=\"0;url=/approvals/1\">"))
        #expect(!page.text.contains("research-bot"))
    }

    @Test("opening the link of a code signs nobody in")
    func loginByLooking() async throws {
        let visit = try PortalVisit()
        _ = await visit.open("/login", query: ["code": "operator-code"])
        #expect(await visit.open("/approvals").status == 403)
        let page = await visit.submit("/login", from: "/login", ["code": " operator-\ncode "])
        #expect(page.status == 303 && page.text == "/approvals")
        #expect(await visit.open("/approvals").status == 200)
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
        let page = await visit.submit("/logout", from: "/approvals")
        #expect(page.status == 303 && page.text == "/login")
        #expect(visit.desks.state.withLock { $0.sessions.isEmpty })
        #expect(await visit.open("/approvals").status == 403)
    }

    @Test("a decision is a form with its key")
    func deciding() async throws {
        let visit = try PortalVisit()
        await visit.signIn()
        #expect(await visit.open("/approvals/1/approve").status == 405)
        #expect(await visit.submit("/approvals/1/approve", from: "/approvals/1", key: "00").status == 403)
        #expect(visit.desks.done.isEmpty)
        let approved = await visit.submit("/approvals/1/approve", from: "/approvals/1")
        #expect(approved.status == 303 && approved.text == "/approvals/1")
        _ = await visit.submit("/approvals/1/deny", from: "/approvals/1", ["reason": "no"])
        _ = await visit.submit("/approvals/1/deny", from: "/approvals/1", ["reason": "  "])
        #expect(visit.desks.done == ["approve 1 by operator", "deny 1 because no", "deny 1 because -"])
    }

    @Test("what is not all shown is approved by saying so")
    func cutBody() async throws {
        let visit = try PortalVisit()
        visit.desks.state.withLock { $0.isBodyCut = true }
        await visit.signIn()
        #expect(await visit.open("/approvals/1").text.contains("This is not all of it"))
        #expect(await visit.submit("/approvals/1/approve", from: "/approvals/1").status == 400)
        #expect(visit.desks.done.isEmpty)
        #expect(await visit.submit("/approvals/1/approve", from: "/approvals/1", ["unseen": "yes"]).status == 303)
        #expect(visit.desks.done == ["approve 1 by operator"])
    }

    @Test("approvers decide, and see nothing else")
    func approvers() async throws {
        let visit = try PortalVisit()
        await visit.signIn("approver-code")
        #expect(await visit.submit("/approvals/1/approve", from: "/approvals/1").status == 303)
        #expect(visit.desks.done == ["approve 1 by approver(\"ada\")"])
        #expect(await visit.open("/wallet").status == 403)
        #expect(await visit.submit("/wallet/grants/g/revoke", from: "/approvals").status == 403)
        #expect(!(await visit.open("/approvals").text.contains("/wallet")))
    }

    @Test("operators take back what was given")
    func revoking() async throws {
        let visit = try PortalVisit()
        await visit.signIn()
        #expect(await visit.submit("/wallet/grants/g/revoke", from: "/wallet", key: "00").status == 403)
        let page = await visit.submit("/wallet/grants/g/revoke", from: "/wallet")
        #expect(page.status == 303 && page.text == "/wallet")
        #expect(visit.desks.done == ["revoke grant g"])
    }

    @Test("what an agent says is text, and stands apart")
    func words() async throws {
        let visit = try PortalVisit()
        await visit.signIn()
        let page = await visit.open("/approvals/1").text
        #expect(page.contains("<blockquote>&lt;b&gt;approved&lt;/b&gt;</blockquote>"))
        #expect(page.contains("Postern has checked none of them"))
    }
}
