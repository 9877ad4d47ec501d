import PosternAdmin
import PosternCore
import PosternStore
import Synchronization

/// An approval board over a real store, and a carrier that answers what a test wants.
struct ApprovalOffice: Sendable {
    let office: Office
    let board: ApprovalBoard
    let carrier = ScriptedCarrier()

    static let operatorAtSocket = Approver(name: nil, by: Office.olga)

    init(
        _ office: Office? = nil,
        settings: ApprovalSettings = ApprovalSettings(),
        room: AnswerRoom = AnswerRoom()
    ) throws {
        let office = try office ?? Office()
        self.office = office
        board = ApprovalBoard(
            administration: office.administration,
            settings: { settings },
            portalURL: { "http://127.0.0.1:3129" },
            room: room
        )
        carrier.board = board
    }

    /// One that has started.
    static func started(
        _ office: Office? = nil,
        settings: ApprovalSettings = ApprovalSettings(),
        room: AnswerRoom = AnswerRoom()
    ) async throws -> Self {
        let made = try ApprovalOffice(office, settings: settings, room: room)
        try await made.board.start(carrier: made.carrier)
        return made
    }

    /// Asks through the API, and expects to wait.
    func ask(
        _ request: FrozenRequest = .sample(),
        under terms: [ApprovalTerms] = [ApprovalTerms()]
    ) async throws -> PendingApproval {
        let answer = await answer(request, under: terms, by: .api)
        guard case .pending(let pending) = answer else { throw Unexpected(answer: "\(answer)") }
        return pending
    }

    /// What the board says.
    func answer(
        _ request: FrozenRequest = .sample(),
        under terms: [ApprovalTerms] = [ApprovalTerms()],
        by route: ApprovalRoute
    ) async -> ApprovalAnswer {
        carrier.hold(request.asker, under: terms)
        return await withCheckedContinuation { continuation in
            board.ask(request, under: terms, by: route) { continuation.resume(returning: $0) }
        }
    }

    /// How it stands when it has become final.
    func final(_ id: String, of asker: Asker = .agent("bot")) async throws -> ApprovalStatus? {
        try await board.status(id, of: asker, wait: .seconds(20))
    }

    struct Unexpected: Error {
        let answer: String
    }
}

extension ApprovalAnswer {
    /// The case, for comparisons.
    var word: String {
        switch self {
        case .granted: "granted"
        case .pending: "pending"
        case .denied: "denied"
        case .expired: "expired"
        case .refused(let reason): "refused: \(reason)"
        case .unavailable: "unavailable"
        }
    }
}

extension Asker {
    static let app = Asker(.app)

    /// An agent of the configuration file.
    static func agent(_ name: String) -> Asker { Asker(.agent(name)) }

    /// An agent of the store.
    static func agent(_ agent: StoredAgent) -> Asker { Asker(.agent(agent.name), agentID: agent.id) }

    static func user(_ id: String) -> Asker { Asker(.user(id)) }
}

extension FrozenRequest {
    /// A payment.
    static func sample(
        asker: Asker = .agent("bot"),
        key: String? = nil,
        grant: String = "7f0c7a55-94a5-4c7e-8a55-0f4a5b1f3f10",
        method: PosternCore.Method = .post,
        url: String = "https://api.stripe.com/v1/charges?expand=customer",
        fields: [FrozenField] = [FrozenField(name: "content-type", value: "application/json")],
        body: String = #"{"amount":100}"#
    ) -> FrozenRequest {
        var attribution = CallAttribution()
        attribution.reason = "the invoice is due"
        attribution.key = key
        return FrozenRequest(
            asker: asker,
            grant: grant,
            method: method,
            url: url,
            fields: fields,
            body: Array(body.utf8),
            attribution: attribution
        )
    }
}

/// Carries calls as the proxy does: asks the board, and then answers.
final class ScriptedCarrier: CallCarrier {
    private struct State {
        var board: ApprovalBoard?
        var sent: [ProxiedCall] = []
        var result: CallResult?
        var change: (@Sendable (inout FrozenRequest) -> Void)?
        var isStuck = false
        var asker = Asker.agent("bot")
        var terms: [ApprovalTerms] = []
    }

    private let state = Mutex(State())

    var board: ApprovalBoard? {
        get { state.withLock { $0.board } }
        set { state.withLock { $0.board = newValue } }
    }

    /// What was let through to the upstream.
    var sent: [ProxiedCall] { state.withLock { $0.sent } }

    /// What comes of calls from now on; by default a 200.
    func answer(with result: CallResult) { state.withLock { $0.result = result } }

    /// Changes what is asked about before the board sees it.
    func tamper(_ change: @escaping @Sendable (inout FrozenRequest) -> Void) { state.withLock { $0.change = change } }

    /// Has a policy hold for whoever asks from now on.
    func hold(_ asker: Asker, under terms: [ApprovalTerms]) {
        state.withLock { ($0.asker, $0.terms) = (asker, terms) }
    }

    /// Never answers from now on.
    func block() { state.withLock { $0.isStuck = true } }

    func carry(_ call: ProxiedCall) async -> CallResult {
        let (board, change) = state.withLock { ($0.board, $0.change) }
        let (asker, terms) = state.withLock { ($0.asker, $0.terms) }
        guard let board, let id = call.approval else { return .refused(.internalError) }
        var request = FrozenRequest(
            asker: asker,
            grant: call.grant,
            method: call.method,
            url: call.url,
            fields: call.fields.map { FrozenField(name: $0.name, value: $0.value) },
            body: call.body ?? [],
            attribution: call.attribution,
            rule: call.rule
        )
        change?(&request)
        let answer = await withCheckedContinuation { continuation in
            board.ask(request, under: terms, by: .execution(approval: id)) { continuation.resume(returning: $0) }
        }
        guard case .granted = answer else { return .refused(.policyDenied(rule: call.grant, reason: answer.word)) }
        let (result, isStuck) = state.withLock { state in
            state.sent.append(call)
            return (state.result, state.isStuck)
        }
        while isStuck { try? await Task.sleep(for: .seconds(3600)) }
        return result
            ?? .answered(
                CallAnswer(
                    status: 200,
                    fields: [("x", "y")],
                    body: [1, 2, 3],
                    isTruncated: false,
                    duration: .seconds(1)
                )
            )
    }
}
