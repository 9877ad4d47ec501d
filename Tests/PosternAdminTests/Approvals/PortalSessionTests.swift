import PosternAdmin
import Testing

@Suite("Sessions of the portal")
struct PortalSessionTests {
    private let time = SteppedTime()
    private var sessions: PortalSessions { PortalSessions { [time] in time.now } }

    @Test("A code lets somebody in once")
    func once() throws {
        let sessions = sessions
        let (code, _) = sessions.issueCode(for: "ada")
        let (token, session) = try #require(sessions.redeem(code))
        #expect(session.approver == "ada")
        #expect(!session.isOperator)
        #expect(sessions.session(token)?.approver == "ada")
        #expect(sessions.redeem(code) == nil)
        #expect(token != code)
        sessions.end(token)
        #expect(sessions.session(token) == nil)
    }

    @Test("Nothing else lets anybody in", arguments: ["", "a", "0000000000000000000000000000000"])
    func wrong(_ code: String) {
        let sessions = sessions
        let (right, _) = sessions.issueCode(for: nil)
        #expect(sessions.redeem(code) == nil)
        #expect(sessions.session(right) == nil)
    }

    @Test("Codes and sessions end")
    func ends() throws {
        let sessions = sessions
        let (late, _) = sessions.issueCode(for: nil)
        time.pass(PortalSessions.codeLifetime)
        #expect(sessions.redeem(late) == nil)
        let (code, _) = sessions.issueCode(for: nil)
        let (token, session) = try #require(sessions.redeem(code))
        #expect(session.isOperator)
        time.pass(PortalSessions.sessionLifetime - .seconds(1))
        #expect(sessions.session(token) != nil)
        time.pass(.seconds(1))
        #expect(sessions.session(token) == nil)
    }

    @Test("There are never more than so many")
    func bounded() {
        let sessions = sessions
        let first = sessions.issueCode(for: nil).code
        time.pass(.seconds(1))
        let others = (0..<256).map { _ in sessions.issueCode(for: nil).code }
        #expect(sessions.redeem(first) == nil)
        #expect(others.allSatisfy { sessions.redeem($0) != nil })
    }
}
