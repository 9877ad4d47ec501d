internal import PosternCore
internal import PosternEventLoop

/// One request to Postern itself: gathered whole, answered away from the event loop, and answered to the client.
///
///     gathering -> answering -> ended
///
/// Nothing is taken of the body before the head proves who sent it. What is recorded of it is the service's to write.
final class ServiceExchange: ClientTask {
    private enum Phase { case gathering, answering, ended }

    /// The longest body, and the longest of a call, which carries another request's.
    private static let maxBodyBytes = 1_048_576
    private static let maxCallBodyBytes = 12 * 1_048_576
    private static let callPath = Array("/sdk/proxy".utf8)
    /// The longest that somebody waits for a person, and what stands around that.
    private static let pollNanoseconds: UInt64 = 40_000_000_000

    private let ingress: IngressRequest
    private let client: any ExchangeClient
    private let service: any OwnService
    /// Who asks; `nil` for nobody known, who is only told so.
    private let holder: PrincipalID?
    private var request: ServiceRequest
    private var phase = Phase.gathering
    private var heldBytes = 0

    private var worker: ProxyWorker { client.worker }
    private var budget: ServiceBudget { worker.shared.service }

    /// - Throws: ``ProxyError/browserRequest`` for what a page can send, ``ProxyError/malformedRequest(_:)`` for fields that are
    ///   no text and for a body where none belongs, ``ProxyError/overloaded`` where too many wait already.
    init(
        _ ingress: IngressRequest,
        id: String,
        listenerAgent: String?,
        client: any ExchangeClient
    ) throws(ProxyError) {
        guard let service = client.worker.shared.desks.service else { throw .shuttingDown }
        let head = ingress.head
        guard head.body == .none || head.method != .get && head.method != .delete && head.method != .head else {
            throw .malformedRequest("a \(head.method.rawValue) to Postern itself has no body")
        }
        var fields: [(name: String, value: String)] = []
        for field in head.fields {
            if field.known == .browser { throw .browserRequest }
            guard let value = String(validating: head[field.value], as: UTF8.self) else {
                throw .malformedRequest("a field is not UTF-8")
            }
            fields.append((head.text(field.name).lowercased(), value))
        }
        let request = ServiceRequest(
            id: id,
            method: head.method,
            path: head.text(ingress.path),
            query: ingress.query.map { head.text($0) },
            fields: fields,
            peer: client.source.peer,
            listenerAgent: listenerAgent,
            receivedAt: client.worker.wallClock
        )
        holder = service.holder(of: request)
        guard client.worker.shared.service.begin(for: holder) else { throw .overloaded }
        self.request = request
        self.ingress = ingress
        self.client = client
        self.service = service
    }

    func begin() {
        guard holder != nil else {
            ask()
            return
        }
        worker.loop.set(client.exchangeDeadline, afterNanoseconds: worker.snapshot.waits.clientStall)
        gather()
    }

    func clientReady() { if phase == .gathering { gather() } }

    func clientGone(_ reason: ProxyError) { end() }

    /// The service asks for itself who may do what, when it does it.
    func reviewAuthority(in snapshot: ProxySnapshot) {}

    func deadlineExpired() {
        switch phase {
        case .gathering: fail(.clientTimeout)
        case .answering: fail(.upstream(.totalTimeout))
        case .ended: break
        }
    }

    private func gather() {
        let isCall = ingress.head[ingress.path].elementsEqual(ServiceExchange.callPath)
        let limit = isCall ? ServiceExchange.maxCallBodyBytes : ServiceExchange.maxBodyBytes
        do throws(ProxyError) {
            while true {
                try client.takeBody(into: &request.body)
                let more = request.body.count - heldBytes
                guard budget.hold(more, for: holder) else { throw .overloaded }
                heldBytes += more
                guard heldBytes <= limit else { throw .bodyTooLarge(limit: limit) }
                if client.isRequestComplete { break }
                switch client.awaitBody() {
                case .some: continue
                case .none: return
                case .ended: throw .clientClosed
                }
            }
            ask()
        } catch { fail(error) }
    }

    private func ask() {
        phase = .answering
        let waits = worker.snapshot.waits
        // The longest that a call takes.
        let longest = max(waits.connect + waits.firstByte + waits.upstreamIdle, ServiceExchange.pollNanoseconds)
        worker.loop.set(client.exchangeDeadline, afterNanoseconds: longest)
        let request = request
        self.request.body = []
        let exchange = LoopBound(self, on: worker.loop)
        let mailbox = worker.loop.mailbox
        let service = service
        // From the loop into what is asynchronous, and back by its mailbox.
        Task {
            let answer = await service.answer(request)
            mailbox.post { loop in exchange.on(loop).answered(answer) }
        }
    }

    /// The service has answered, whether anybody waits for it still or not: until now it may have held the body.
    private func answered(_ answer: ServiceAnswer) {
        budget.letGo(heldBytes, for: holder)
        heldBytes = 0
        budget.end(for: holder)
        guard phase == .answering else { return }
        end()
        let count = answer.body.count
        guard budget.hold(count, for: holder) else {
            client.answer(ProblemDetails(.overloaded), endsConnection: true, requestID: request.id)
            return
        }
        client.answer(answer, endsConnection: !client.isRequestComplete, requestID: request.id)
        let (budget, holder) = (budget, holder)
        client.whenTaken { budget.letGo(count, for: holder) }
    }

    private func fail(_ error: ProxyError) {
        guard phase != .ended else { return }
        end()
        client.answer(ProblemDetails(error), endsConnection: error.endsConnection, requestID: request.id)
    }

    private func end() {
        guard phase != .ended else { return }
        let isAsked = phase == .answering
        phase = .ended
        worker.loop.suspend(client.exchangeDeadline)
        guard !isAsked else { return }
        budget.letGo(heldBytes, for: holder)
        budget.end(for: holder)
        request.body = []
    }
}

@available(*, unavailable)
extension ServiceExchange: Sendable {}
