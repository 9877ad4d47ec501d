import PosternCore
import Synchronization
import Testing

@testable import PosternAdmin
@testable import PosternSDK

/// Connecting users' accounts through the API.
@Suite struct ConnectRouteTests {
    private static let usual =
        #""allowed_providers":["Mail","mail"],"return_url":null,"allowed_origin":null,"metadata":null"#

    @Test("a session is begun for the user whose token it is")
    func begins() async throws {
        let sessions = KeptSessions()
        let counter = try Counter(connect: sessions)
        let answer = await counter.send(
            .post,
            "/sdk/oauth/connect/session",
            #"{\#(Self.usual),"user_token":"user:ana","agent":"bot","required_scopes":{"mail":["read"]},"#
                + #""grant_policy":{"max_ttl_seconds":60},"requested_grant":{"label":"l","restrictions":"#
                + #"{"allowed_methods":["GET"],"allowed_endpoints":["/v1/*"]}},"delegable":true,"switch_account":true}"#,
            by: try await counter.appKey()
        )
        #expect(answer.status == 201)
        #expect(answer.member("session_token") == "poll-token")
        #expect(answer.member("connect_url") == "http://portal.test/connect/x")
        #expect(answer.member("expires_in") == "900")
        #expect(answer.member("single_provider") == "true")
        let session = try #require(sessions.begun.first)
        #expect(session.userID == (try await counter.administration.user("ana").id))
        #expect(session.providers == ["mail"])
        #expect(session.agent == "bot")
        #expect(session.scopes == ["mail": ["read"]])
        #expect(session.label == "l")
        #expect(session.terms == #"{"methods":["GET"],"paths":["/v1/*"]}"#)
        #expect(session.expiry == .at(counter.time.now + 60_000_000_000))
        #expect(session.isDelegable == true)
        #expect(session.asksForAccount)
    }

    @Test("an agent asks for itself only")
    func agents() async throws {
        let sessions = KeptSessions()
        let counter = try Counter(connect: sessions)
        let bot = try await counter.agent("bot")
        let path = "/sdk/oauth/connect/session"
        #expect(await counter.send(.post, path, #"{"user_token":"user:ana"}"#, by: bot.key).status == 201)
        #expect(sessions.begun.first?.agent == bot.id)
        #expect(await counter.send(.post, path, #"{"user_token":"user:ana","agent":"bot"}"#, by: bot.key).status == 201)
        let other = await counter.send(.post, path, #"{"user_token":"user:ana","agent":"eve"}"#, by: bot.key)
        #expect(other.status == 404)
        #expect(other.code == "agent_not_found")
    }

    @Test(
        "a session that cannot be is refused",
        arguments: [
            (#""agent":"bot""#, 400, "agent_requires_user_token"), (#""direct":false"#, 400, "user_token_required"),
            (#""user_token":"forged""#, 401, "jwt_validation_error"),
            (#""user_token":"user:ana","allowed_providers":[]"#, 400, "invalid_request"),
            (#""user_token":"user:ana","scope_constraint":["read"]"#, 400, "invalid_request"),
            (#""user_token":"user:ana","requested_grant":{"restrictions":{"methods":[]}}"#, 400, "invalid_request"),
            (#""user_token":"user:ana","switch_account":"false""#, 400, "invalid_request"),
            (
                #""user_token":"user:ana","repair_grant_id":"0b54b5a2-7a0c-4a36-8f0c-0d6b9f3c1e11""#, 404,
                "grant_not_found"
            ),
        ]
    )
    func refuses(members: String, status: Int, code: String) async throws {
        let counter = try Counter(connect: KeptSessions())
        let key = try await counter.appKey()
        let answer = await counter.send(.post, "/sdk/oauth/connect/session", "{\(members)}", by: key)
        #expect(answer.status == status)
        #expect(answer.code == code)
    }

    @Test("how a session went is told in the words of clients")
    func polls() async throws {
        let counter = try Counter(connect: KeptSessions())
        let key = try await counter.appKey()
        for (token, expected) in [
            ("pending", #"{"status":"pending","declined_providers":[]}"#), ("lost", #"{"status":"expired"}"#),
            ("expired", #"{"status":"expired"}"#),
            ("denied", #"{"status":"error","error":{"error_code":"connect_denied","error_message":"no"}}"#),
            (
                "done",
                #"{"status":"completed","grants":[{"grant_id":"g","provider_id":"mail","account_identifier":"a@b","#
                    + #""scopes":["read"],"api_base_url":null,"operation":"creation","grant_policy":null,"#
                    + #""delegation":{"agent_id":"i","delegable":false,"policy_refused":false}}],"failed_grants":[]}"#
            ),
        ] {
            let body = #"{"session_token":"\#(token)"}"#
            #expect(await counter.send(.post, "/sdk/oauth/connect/session/poll", body, by: key).text == expected)
        }
        #expect(await counter.send(.post, "/sdk/oauth/connect/session/poll", "{}", by: key).status == 400)
    }
}

/// Begins sessions, and knows some that went in several ways.
private final class KeptSessions: ConnectSessions {
    private let state = Mutex<[NewConnectSession]>([])

    var begun: [NewConnectSession] { state.withLock { $0 } }

    func begin(
        _ new: NewConnectSession,
        by operator: Operator
    ) async throws(AdministrationError) -> BegunConnectSession {
        state.withLock { $0.append(new) }
        return BegunConnectSession(
            id: "s",
            pollToken: Secret("poll-token".utf8),
            pageURL: "http://portal.test/connect/x",
            expiresAt: 0,
            lifetime: .seconds(900),
            providers: new.providers ?? ["mail", "chat"]
        )
    }

    func poll(_ token: String) async throws(AdministrationError) -> ConnectProgress {
        let grant = ConnectedGrant(
            grant: "g",
            provider: "mail",
            account: "a@b",
            scopes: ["read"],
            operation: .creation,
            delegation: ConnectedDelegation(grant: "d", agentID: "i", isDelegable: false)
        )
        func progress(_ state: ConnectProgress.State, _ connected: [ConnectedGrant] = []) -> ConnectProgress {
            ConnectProgress(state: state, connected: connected, declined: [], failed: [])
        }
        switch token {
        case "pending": return progress(.pending)
        case "expired": return progress(.expired)
        case "denied": return progress(.failed(code: "connect_denied", message: "no"))
        case "done": return progress(.completed, [grant])
        default: throw .notFound(kind: "connect_session", name: "x")
        }
    }
}
