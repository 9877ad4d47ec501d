import Foundation
import PosternAdmin
import PosternCore
import PosternStore
import Testing

@testable import PosternSDK

/// The API over a real store in a scratch directory, with everything behind it that tests can look at.
final class Counter: Sendable {
    /// The operator, who acts without the API.
    static let olga = Operator(userID: 1000, name: "olga")

    let administration: Administration
    let sink = KeptRecords()
    let nonces = NonceMemory()
    let time = SetTime()
    let service: SDKService
    private let store: SQLiteStore
    private let directory: String

    init(
        _ settings: APISettings = APISettings(),
        carrier: any CallCarrier = NoCarrier(),
        connect: any ConnectSessions = NoConnect(),
        approvals: any ApprovalFollowing = NoApprovals()
    ) throws {
        directory = FileManager.default.temporaryDirectory.path + "/postern-sdk-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: directory,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
        let key = MasterKey.key(Secret([UInt8](repeating: 7, count: MasterKey.byteCount)))
        store = try SQLiteStore.open(stateDirectory: directory, masterKey: key)
        let shown = ShownDirectory(try LiveDirectory(store, declared: DirectoryContents(), placeholders: .random()))
        administration = Administration(
            store: store,
            sink: sink,
            now: { [time] in time.now },
            enforce: { try shown.apply($0) }
        )
        service = SDKService(
            SDKServices(
                administration: administration,
                directory: shown,
                nonces: nonces,
                carrier: carrier,
                userTokens: SpelledUsers(),
                connect: connect,
                approvals: approvals,
                settings: settings,
                sink: sink,
                now: { [time] in time.now },
                issuePlaceholder: { _ in "alter-ph-0" }
            ),
            monotonic: { [time] in UInt64(time.now) }
        )
    }

    deinit {
        try? store.close()
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// A new key of the application.
    func appKey(_ new: NewKey = NewKey()) async throws -> TestKey {
        TestKey(try await administration.mintAppKey(new, by: Counter.olga))
    }

    /// A new agent with its key.
    func agent(_ name: String = "bot", limits: Limits = Limits()) async throws -> (id: String, key: TestKey) {
        var new = NewAgent(name: name)
        new.limits = limits
        let (agent, key) = try await administration.createAgent(new, by: Counter.olga)
        return (agent.id, TestKey(try #require(key)))
    }

    /// Sends a request that is signed right.
    func send(
        _ method: PosternCore.Method,
        _ target: String,
        _ body: String = "",
        by key: TestKey,
        fields: [(name: String, value: String)] = []
    ) async -> Answered {
        await send(SignedCall(method, target, body, by: key, fields: fields, at: time.now).request())
    }

    /// Sends a request as it is.
    func send(_ request: ServiceRequest) async -> Answered { Answered(await service.answer(request)) }
}
