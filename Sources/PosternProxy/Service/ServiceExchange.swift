internal import PosternCore
internal import PosternEventLoop

/// One request to Postern itself: gathered whole, answered away from the event loop, and answered to the client.
///
///     gathering -> answering -> ended
///
/// What is recorded of it is the service's to write.
final class ServiceExchange: ClientTask {
    private enum Phase { case gathering, answering, ended }

    /// The longest body, and the longest of a call, which carries another request's.
    private static let maxBodyBytes = 1_048_576
    private static let maxCallBodyBytes = 12 * 1_048_576
    private static let pollNanoseconds: UInt64 = 40_000_000_000
    private static let callPath = Array("/sdk/proxy".utf8)

    private let ingress: IngressRequest
    private let id: String
    private let listenerAgent: String?
    private let client: any ExchangeClient
    private let service: any OwnService
    private let fields: [(name: String, value: String)]
    private let receivedAt: Int64
    private var phase = Phase.gathering
    private var body: [UInt8] = []
    private var heldBytes = 0
    private var isCounted = false

    private var worker: ProxyWorker { client.worker }

    /// - Throws: ``ProxyError/browserRequest`` for what a page can send, ``ProxyError/malformedRequest(_:)`` for fields that are
    ///   no text, ``ProxyError/overloaded`` where too many wait already.
    init(
        _ ingress: IngressRequest,
        id: String,
        listenerAgent: String?,
        client: any ExchangeClient
    ) throws(ProxyError) {
        guard let service = client.worker.shared.desks.service else { throw .shuttingDown }
        let head = ingress.head
        var fields: [(name: String, value: String)] = []
        for field in head.fields {
            if field.known == .browser { throw .browserRequest }
            guard let value = String(validating: head[field.value], as: UTF8.self) else {
                throw .malformedRequest("a field is not UTF-8")
            }
            fields.append((head.text(field.name).lowercased(), value))
        }
        guard client.worker.shared.serviceRequestBegan() else { throw .overloaded }
        isCounted = true
        self.fields = fields
        self.ingress = ingress
        self.id = id
        self.listenerAgent = listenerAgent
        self.client = client
        self.service = service
        receivedAt = client.worker.wallClock
    }

    func begin() {
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
                try client.takeBody(into: &body)
                let more = body.count - heldBytes
                guard worker.shared.hold(more) else { throw .overloaded }
                heldBytes += more
                guard body.count <= limit else { throw .bodyTooLarge(limit: limit) }
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
        // The longest that a call takes; or that somebody waits for a person, and what stands around that.
        let longest = max(waits.connect + waits.firstByte + waits.upstreamIdle, ServiceExchange.pollNanoseconds)
        worker.loop.set(client.exchangeDeadline, afterNanoseconds: longest)
        let head = ingress.head
        let request = ServiceRequest(
            id: id,
            method: head.method,
            path: head.text(ingress.path),
            query: ingress.query.map { head.text($0) },
            fields: fields,
            body: body,
            peer: client.source.peer,
            listenerAgent: listenerAgent,
            receivedAt: receivedAt
        )
        body = []
        let exchange = LoopBound(self, on: worker.loop)
        let mailbox = worker.loop.mailbox
        let service = service
        // From the loop into what is asynchronous, and back by its mailbox.
        Task {
            let answer = await service.answer(request)
            mailbox.post { loop in exchange.on(loop).answered(answer) }
        }
    }

    private func answered(_ answer: ServiceAnswer) {
        guard phase == .answering else { return }
        end()
        client.answer(answer, endsConnection: false, requestID: id)
    }

    private func fail(_ error: ProxyError) {
        guard phase != .ended else { return }
        end()
        client.answer(ProblemDetails(error), endsConnection: error.endsConnection, requestID: id)
    }

    private func end() {
        guard phase != .ended else { return }
        phase = .ended
        worker.loop.suspend(client.exchangeDeadline)
        worker.shared.letGo(heldBytes)
        if isCounted { worker.shared.serviceRequestEnded() }
    }
}

@available(*, unavailable)
extension ServiceExchange: Sendable {}
