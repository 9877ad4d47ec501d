import Foundation
import PosternAdmin
import PosternCore
import PosternStore
import Synchronization
import Testing

/// An administration over a real store in a scratch directory, with what it reports to others.
final class Office: Sendable {
    /// Who acts in tests.
    static let olga = Operator(userID: 1000, name: "olga")
    /// A value that must appear nowhere.
    static let value = "sk-office-0123456789abcdef"

    let sink = RecordingAuditSink()
    let time = SteppedTime()
    let effects = Effects()
    /// Where accounts are connected.
    let gateway = RotatingGateway()
    let store: SQLiteStore
    let administration: Administration
    /// What holds for requests, where a test asks for it.
    let live: LiveDirectory?
    private let directory: String

    init(isLive: Bool = false) throws {
        let directory = FileManager.default.temporaryDirectory.path + "/postern-admin-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: directory,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
        self.directory = directory
        let key = MasterKey.key(Secret([UInt8](repeating: 7, count: MasterKey.byteCount)))
        store = try SQLiteStore.open(stateDirectory: directory, masterKey: key)
        live =
            isLive
            ? try LiveDirectory(
                store,
                declared: DirectoryContents(providers: try Office.declaredProviders()),
                placeholders: .random()
            ) : nil
        administration = Administration(
            store: store,
            sink: sink,
            reservedNames: { ["declared-bot"] },
            providerResolver: { name in try Office.declaredProviders().first { $0.name == name } },
            now: { [time] in time.now },
            tellProviders: ForgottenToken.tell(gateway),
            enforce: { [effects, live] impact in
                try live?.apply(impact)
                return effects.take(impact)
            }
        )
    }

    deinit {
        try? store.close()
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Every byte that the store has on disk.
    func files() throws -> [[UInt8]] {
        try FileManager.default.contentsOfDirectory(atPath: directory).map { name in
            Array(try Data(contentsOf: URL(fileURLWithPath: "\(directory)/\(name)")))
        }
    }

    private static func declaredProviders() throws -> [Provider] {
        [
            try declared("declared", hosts: ["api.declared.test", "up.declared.test:8443"]),
            try declared("hub", hosts: ["api.hub.test"], oauth: RotatingGateway.settings("hub")),
            try declared("mail", hosts: ["api.mail.test"], oauth: RotatingGateway.settings("mail")),
        ]
    }

    private static func declared(
        _ name: String,
        hosts: [String],
        oauth: OAuthClientSettings? = nil
    ) throws -> Provider {
        Provider(
            name: name,
            hosts: hosts.compactMap { HostPattern($0) },
            scheme: .https,
            injection: [.header(name: "X-Key", value: try #require(Template("{secret}")))],
            network: UpstreamNetwork(),
            tagging: AuditTagging(),
            passesCookies: false,
            oauth: oauth
        )
    }
}

/// What was to be put in force.
final class Effects: Sendable {
    private struct State {
        var impacts: [Impact] = []
        var works = true
        var observer: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// Whether putting something in force works.
    var works: Bool {
        get { state.withLock { $0.works } }
        set { state.withLock { $0.works = newValue } }
    }

    /// Calls `observer` when something is put in force.
    func observe(_ observer: @escaping @Sendable () -> Void) { state.withLock { $0.observer = observer } }

    func take(_ impact: Impact) -> Bool {
        state.withLock { $0.observer }?()
        return state.withLock { state in
            state.impacts.append(impact)
            return state.works
        }
    }

    /// What the last act makes different.
    var last: Impact { state.withLock { $0.impacts.last ?? .none } }
    var count: Int { state.withLock { $0.impacts.count } }
}

/// A clock that moves only when told to.
final class SteppedTime: Sendable {
    private let nanoseconds = Mutex<Int64>(1_800_000_000_000_000_000)

    var now: Int64 { nanoseconds.withLock { $0 } }

    func pass(_ duration: Duration) {
        nanoseconds.withLock { $0 += duration.components.seconds * 1_000_000_000 }
    }
}
