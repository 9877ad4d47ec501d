import Foundation
import Logging
import PosternAPI
import PosternAdmin
import PosternControl
import PosternCore
import PosternStore
import Synchronization
import Testing

/// A control server over a store of its own, in a scratch directory.
struct ControlFixture: Sendable {
    static let plantedSecret = "sk-planted-Zq8vT3mK1xW7pL2n"

    let directory: String
    let socketPath: String
    let sink: RecordingSink
    let refusals: Refusals
    private let administration: Administration
    private let board: ApprovalBoard
    let sessions = PortalSessions()
    private let client: ControlClient

    /// Runs `body` against a server that is stopped afterwards.
    static func with(
        requestTime: Duration = .seconds(120),
        maxConnections: Int = 128,
        _ body: (ControlFixture) async throws -> Void
    ) async throws {
        var template = Array("/tmp/postern-api-XXXXXX".utf8CString)
        let directory = String(cString: try #require(mkdtemp(&template)))
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let store = try SQLiteStore.open(
            stateDirectory: directory,
            masterKey: .key(Secret((0..<32).map { UInt8($0) }))
        )
        defer { try? store.close() }
        let fixture = ControlFixture(directory: directory, store: store)
        let server = try fixture.server(
            at: fixture.socketPath,
            requestTime: requestTime,
            maxConnections: maxConnections
        )
        let running = Task { try await server.run() }
        let result: Result<Void, any Error>
        do {
            try await body(fixture)
            result = .success(())
        } catch { result = .failure(error) }
        server.stop()
        try await running.value
        try result.get()
    }

    /// A server on a socket of its own.
    func server(
        at path: String,
        requestTime: Duration = .seconds(120),
        maxConnections: Int = 128
    ) throws(ControlServerError) -> ControlServer {
        try ControlServer(
            socketPath: path,
            administration: administration,
            services: services,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            requestTime: requestTime,
            maxConnections: maxConnections
        )
    }

    private init(directory: String, store: SQLiteStore) {
        self.directory = directory
        socketPath = directory + "/control.sock"
        sink = RecordingSink()
        administration = Administration(store: store, sink: sink) { _ in true }
        board = ApprovalBoard(
            administration: administration,
            settings: { ApprovalSettings() },
            portalURL: { "http://127.0.0.1:3129" }
        )
        refusals = Refusals()
        client = ControlClient(socketPath: socketPath, timeoutSeconds: 120)
    }

    /// Asks as the command line does.
    func call<Answer: Decodable & Sendable>(
        _ method: ControlClient.Method,
        _ path: ControlPath,
        body: (any Encodable & Sendable)? = nil,
        as: Answer.Type = Answer.self
    ) async throws -> Answer {
        try await Blocking.run { [client] in
            if let body { return try client.call(method, path, body: body) }
            return try client.call(method, path)
        }
    }

    /// The status and code with which a request is refused.
    func refusal(
        _ method: ControlClient.Method,
        _ path: ControlPath,
        body: (any Encodable & Sendable)? = nil
    ) async throws -> Refused {
        do {
            let answer = try await call(method, path, body: body, as: RawJSON.self)
            return Refused(status: 200, code: answer.json, message: "")
        } catch ControlError.refused(let status, let code, let message, _) {
            return Refused(status: status, code: code, message: message)
        }
    }

    /// The id of an approval that is waited for.
    func approval(
        of body: String = #"{"amount":100}"#,
        under terms: [ApprovalTerms] = [ApprovalTerms()]
    ) async throws -> String {
        let request = FrozenRequest(
            asker: Asker(.agent("worker")),
            grant: "7f0c7a55-94a5-4c7e-8a55-0f4a5b1f3f10",
            method: .post,
            url: "https://api.stripe.com/v1/charges",
            fields: [],
            body: Array(body.utf8),
            attribution: CallAttribution()
        )
        let answer = await withCheckedContinuation { continuation in
            board.ask(request, under: terms, by: .api) { continuation.resume(returning: $0) }
        }
        guard case .pending(let pending) = answer else { throw UnexpectedError() }
        return pending.id
    }

    /// Sends bytes as they are, and reads until the server closes.
    func exchange(_ request: String) async throws -> String {
        try await Blocking.run { [socketPath] in
            let connection = try RawConnection(socketPath)
            connection.send(request)
            return connection.receiveAll()
        }
    }

    private var services: ControlServices {
        var services = ControlServices(
            status: {
                StatusAnswer(
                    version: "1",
                    processID: 1,
                    startedAt: "2027-01-01T00:00:00Z",
                    stateDirectory: "/",
                    configuration: nil,
                    listeners: [],
                    portal: "http://127.0.0.1:3129",
                    counts: StatusAnswer.Counts(agents: 0, secrets: 0, grants: 0, users: 0),
                    auditIsWritable: true
                )
            },
            explain: { query in
                ExplainAnswer(
                    agent: query.agent,
                    decision: "deny",
                    code: "no_grant",
                    reason: "\(query.method) \(query.url) \(query.body ?? "-")",
                    grant: nil,
                    provider: nil,
                    destination: nil,
                    steps: []
                )
            },
            placeholders: { _ in [] },
            providers: { includesCatalogue in
                let names = includesCatalogue ? ["configured", "openai"] : ["configured"]
                return names.map {
                    ProviderAnswer(name: $0, source: "other", definition: nil, createdAt: nil, updatedAt: nil)
                }
            },
            reload: { _ in throw UnexpectedError() },
            rekey: { source, _ in DoneAnswer(message: source ?? "a new file") },
            recordRefusal: { [refusals] act in refusals.acts.withLock { $0.append(act) } }
        )
        services.approvals = board
        services.portal = PortalAccess(sessions: sessions) { "http://127.0.0.1:3129" }
        return services
    }

    private struct UnexpectedError: Error, CustomStringConvertible {
        let description = "a library's words about /secret/path"
    }
}

/// How a request was refused.
struct Refused: Hashable, Sendable {
    let status: Int
    let code: String
    let message: String
}

/// What was recorded of connections that were refused.
final class Refusals: Sendable {
    let acts = Mutex<[AdministrativeAct]>([])
}

/// An audit log that remembers its records, and can be made to refuse them.
final class RecordingSink: AuditSink {
    private let state = Mutex<(lines: [String], isWritable: Bool)>(([], true))

    var lines: [String] { state.withLock(\.lines) }

    func refuseRecords() { state.withLock { $0.isWritable = false } }

    func submit(_ batch: borrowing AuditBatch, completion: @escaping @Sendable (Bool) -> Void) {
        let lines = batch.lines
        let isWritable = state.withLock { state in
            state.lines += lines
            return state.isWritable
        }
        completion(isWritable)
    }
}
