import Foundation
import PosternAPI
import PosternControl
import Testing

/// A request as it is sent, and how it is answered.
struct GateRow: CustomTestStringConvertible, Sendable {
    let request: String
    let status: Int
    let code: String
    /// Part of the message.
    var says = ""

    var testDescription: String { String(request.prefix(60)) }

    static func post(_ path: String, _ body: String, _ status: Int, _ code: String, says: String = "") -> GateRow {
        GateRow(
            request: "POST \(path) HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(body.utf8.count)\r\n",
            body: body,
            status: status,
            code: code,
            says: says
        )
    }

    static func get(_ target: String, _ fields: String, _ status: Int, _ code: String) -> GateRow {
        GateRow(request: "GET \(target) HTTP/1.1\r\n\(fields)", body: "", status: status, code: code)
    }

    init(request: String, body: String, status: Int, code: String, says: String = "") {
        self.request = request + "Connection: close\r\n\r\n" + body
        self.status = status
        self.code = code
        self.says = says
    }
}

@Suite("What every control request must be", .serialized)
struct GateTests {
    private static let deep = String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000)

    @Test(
        "A request that could be meant otherwise is refused",
        arguments: [
            .get("/v1/status", "Host: x\r\nOrigin: http://evil.test\r\n", 403, "origin_refused"),
            .get("/v1/status", "Host: x\r\nOrigin: null\r\n", 403, "origin_refused"),
            GateRow(
                request: "OPTIONS /v1/agents HTTP/1.1\r\nHost: x\r\nOrigin: http://localhost\r\n",
                body: "",
                status: 403,
                code: "origin_refused"
            ),
            GateRow(
                request: "DELETE /v1/agents HTTP/1.1\r\nHost: x\r\n",
                body: "",
                status: 405,
                code: "method_not_allowed",
                says: "DELETE"
            ),
            .get("/", "Host: x\r\n", 404, "not_found"),
            .get("//v1/status", "Host: x\r\n", 404, "not_found"),
            .get("/v1/status/", "Host: x\r\n", 404, "not_found"),
            .get("/v1/../v1/status", "Host: x\r\n", 404, "not_found"),
            .get("/v2/status", "Host: x\r\n", 404, "not_found"),
            .get("/%761/status", "Host: x\r\n", 404, "not_found"),
            .get("/v1/agents/%ff", "Host: x\r\n", 400, "invalid_request"),
            .get("/v1/agents/%zz", "Host: x\r\n", 400, "invalid_request"),
            .get("/v1/agents/id=1%20OR%201=1", "Host: x\r\n", 404, "agent_not_found"),
            .get("/v1/agents/..", "Host: x\r\n", 404, "agent_not_found"),
            .get("/v1/agents/a%00b", "Host: x\r\n", 404, "agent_not_found"),
            .get("/v1/agents?limit=0", "Host: x\r\n", 400, "invalid_request"),
            .get("/v1/agents?limit=1&limit=2", "Host: x\r\n", 400, "invalid_request"),
            .get("/v1/agents?sort=name;drop", "Host: x\r\n", 400, "invalid_request"),
            .get("/v1/agents?include_revoked=yes", "Host: x\r\n", 400, "invalid_request"),
            GateRow(
                request:
                    "GET /v1/status HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n",
                body: "{}",
                status: 400,
                code: "invalid_request"
            ),
            GateRow(
                request: "POST /v1/agents HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 14\r\n",
                body: #"{"name":"abc"}"#,
                status: 415,
                code: "unsupported_media_type"
            ),
            GateRow(
                request: "POST /v1/agents HTTP/1.1\r\nHost: x\r\nContent-Length: 14\r\n",
                body: #"{"name":"abc"}"#,
                status: 415,
                code: "unsupported_media_type"
            ),
            GateRow(
                request: "POST /v1/agents HTTP/1.1\r\nHost: x\r\n"
                    + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 8\r\n",
                body: "name=abc",
                status: 415,
                code: "unsupported_media_type"
            ),
            .post("/v1/agents", #"{"name":"abc","nmae":"x"}"#, 400, "invalid_request", says: "unknown member nmae"),
            .post(
                "/v1/agents",
                #"{"name":"abc","owner":"x","status":"active"}"#,
                400,
                "invalid_request",
                says: "owner, status"
            ),
            .post("/v1/agents", #"{"name":"abc","name":"def"}"#, 400, "invalid_request"),
            .post("/v1/agents", #"{"name":"abc","metadata":{"a":1,"\u0061":2}}"#, 400, "invalid_request"),
            .post("/v1/agents", #"{"name":"abc"} {}"#, 400, "invalid_request"),
            .post("/v1/agents", #"{"name":"abc",}"#, 400, "invalid_request"),
            .post("/v1/agents", #"{"name":abc}"#, 400, "invalid_request"),
            .post("/v1/agents", "{\"name\":\"a\nb\"}", 400, "invalid_request"),
            .post("/v1/agents", #"{"name":"\ud800"}"#, 400, "invalid_request"),
            .post("/v1/agents", #"{"name":7}"#, 400, "invalid_request", says: "name is not a string"),
            .post("/v1/agents", #"{"name":null}"#, 400, "invalid_request", says: "name is missing"),
            .post("/v1/agents", #"["name"]"#, 400, "invalid_request"),
            .post("/v1/agents", #"{"name":"abc","requests_per_minute":1.5}"#, 400, "invalid_request"),
            .post("/v1/agents", #"{"name":"abc","requests_per_minute":0}"#, 400, "invalid_request"),
            .post("/v1/agents", #"{"name":"abc","scopes":{"a":"b"}}"#, 400, "invalid_request", says: "scopes.a"),
            .post("/v1/agents", deep, 400, "invalid_request"),
            .post("/v1/agents", "\u{FEFF}{}", 400, "invalid_request"),
            .post("/v1/agents/x/pause", #"{"force":true}"#, 400, "invalid_request", says: "force"),
            .post("/v1/secrets", #"{"name":"a","provider":"openai"}"#, 400, "invalid_request"),
            .post(
                "/v1/secrets",
                #"{"name":"a","provider":"openai","value":"x","values":{"secret":"x"}}"#,
                400,
                "invalid_request"
            ),
            .post("/v1/grants", #"{"secret":"a"}"#, 400, "invalid_request"),
            .post("/v1/grants", #"{"secret":"a","agent":"b","system":true}"#, 400, "invalid_request"),
            .post(
                "/v1/grants",
                #"{"secret":"a","agent":"b","ttl_s":60,"expires_at":"2030-01-01T00:00:00Z"}"#,
                400,
                "invalid_request"
            ),
            .post(
                "/v1/grants",
                #"{"secret":"a","agent":"b","expires_at":"tomorrow"}"#,
                400,
                "invalid_request",
                says: "expires_at"
            ),
            .post(
                "/v1/grants",
                #"{"secret":"a","agent":"b","ttl_s":9000000000000}"#,
                400,
                "invalid_request",
                says: "ttl_s"
            ),
            .post("/v1/provision", #"{"agents":[{"name":"a","x":1}]}"#, 400, "invalid_request", says: "agents[0].x"),
            .post("/v1/config/reload", "{}", 500, "internal_error"),
        ] as [GateRow]
    )
    func refused(row: GateRow) async throws {
        try await ControlFixture.with { fixture in
            let answer = try await fixture.exchange(row.request)
            #expect(answer.hasPrefix("HTTP/1.1 \(row.status) "), "\(answer)")
            let body = try #require(answer.components(separatedBy: "\r\n\r\n").last)
            let error = try JSONDecoder().decode(ErrorAnswer.self, from: Data(body.utf8)).error
            #expect(error.code == row.code)
            #expect(row.says.isEmpty || error.message.contains(row.says))
            #expect(!answer.lowercased().contains("access-control"))
            #expect(!answer.contains("/secret/path"))
        }
    }

    @Test("The host a request names has no say")
    func host() async throws {
        try await ControlFixture.with { fixture in
            for head in [
                "GET /v1/status HTTP/1.1\r\nHost: evil.test:1", "GET /v1/status HTTP/1.1\r\nHost: localhost/v1/agents#",
                "GET /v1/status HTTP/1.1\r\nX-Forwarded-Host: evil.test\r\nHost: a",
                "GET http://evil.test/v1/status HTTP/1.1\r\nHost: evil.test",
            ] {
                let answer = try await fixture.exchange("\(head)\r\nConnection: close\r\n\r\n")
                #expect(answer.hasPrefix("HTTP/1.1 200 "))
                #expect(answer.contains("\"audit_writable\":true"))
                #expect(answer.lowercased().contains("cache-control: no-store"))
            }
        }
    }

    @Test("A body may be so large and no larger, declared or not")
    func sizes() async throws {
        try await ControlFixture.with { fixture in
            let limit = 1024 * 1024
            func check(_ path: String, _ size: Int, _ isChunked: Bool, _ status: Int) async throws {
                let body = "{" + String(repeating: " ", count: size - 2) + "}"
                let length = isChunked ? "Transfer-Encoding: chunked" : "Content-Length: \(size)"
                let framed = isChunked ? "\(String(size, radix: 16))\r\n\(body)\r\n0\r\n\r\n" : body
                let answer = try await fixture.exchange(
                    "POST \(path) HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\(length)\r\n"
                        + "Connection: close\r\n\r\n\(framed)"
                )
                #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
            }
            for isChunked in [false, true] {
                try await check("/v1/agents", limit, isChunked, 400)
                try await check("/v1/agents", limit + 1, isChunked, 413)
                try await check("/v1/provision", limit + 1, isChunked, 201)
                try await check("/v1/provision", 16 * limit + 1, isChunked, 413)
            }
            let head = "GET /v1/status HTTP/1.1\r\nHost: x\r\nA: \(String(repeating: "a", count: 20_000))\r\n\r\n"
            let answer = try await Blocking.run {
                let connection = try RawConnection(fixture.socketPath)
                connection.send(head)
                return connection.receive()
            }
            #expect(answer.hasPrefix("HTTP/1.1 400 "))
        }
    }

    @Test("A connection is kept for the next request, and closed when a body ends early")
    func keepAlive() async throws {
        try await ControlFixture.with(requestTime: .milliseconds(500)) { fixture in
            let one = "GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n"
            let answers = try await fixture.exchange(one + one)
            #expect(answers.components(separatedBy: "HTTP/1.1 200 ").count == 3)
            func post(_ name: String) -> String {
                let body = "{\"name\":\"\(name)\"}"
                return "POST /v1/agents HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                    + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
            }
            // Both bodies lie in the buffer of one read, in which the first is wiped before the second is looked at.
            let both = try await fixture.exchange(post("one") + post("two"))
            #expect(both.components(separatedBy: "HTTP/1.1 201 ").count == 3)
            let early =
                "POST /v1/agents HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n"
            #expect(!(try await fixture.exchange(early + #"{"name":"abc"}"#)).contains(" 201 "))
            let agents = try await fixture.call(.get, "/v1/agents", as: ListAnswer<AgentAnswer>.self)
            #expect(agents.items.map(\.name) == ["one", "two"])
        }
    }
}
