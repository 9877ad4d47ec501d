internal import PosternCore
internal import PosternEventLoop
internal import PosternUpstream

/// One allowed request from its intent record to its outcome record.
///
///     recording -> connecting -> running -> ended
///
/// Bytes flow only while the other side takes them: nothing is read from the client while the upstream's socket is full,
/// and nothing from the upstream while the client's is. The file `Exchange+Request` carries the request up,
/// `Exchange+Response` the answer down.
final class Exchange: UpstreamConnectionUser, IntentWaiter {
    enum Phase {
        /// The intent record is being written. Nothing has been sent.
        case recording
        /// The upstream is being connected to.
        case connecting
        case running
        case ended
    }

    private(set) var request: UpstreamRequest
    /// The request with the authority it has since a reload, for a second try.
    private var renewal: UpstreamRequest?
    let requestID: String
    let client: ClientConnection
    let worker: ProxyWorker
    let tags: AuditTags
    var phase = Phase.recording
    var upstream: UpstreamConnection?

    // The request on its way up.
    var requestBody: RequestBodyDecoder
    var pendingUp = ByteQueue(isSecret: true)
    var hasSentHead = false
    var isRequestSent = false
    /// Whether any byte was handed to the connection now in use.
    var hasSentBytes = false
    var owesContinue: Bool
    var requestBodyBytes = 0

    // The answer on its way down.
    var response = ResponseProgress()

    // What the outcome record tells.
    let startedAt: Instant
    var sentAt: Instant?
    var firstByteAt: Instant?
    var retries = 0
    private var unsettledEnd: ProxyError?
    private var isSettled = false

    /// The connection's, which serves one exchange after another.
    var deadline: Deadline { client.exchangeDeadline }
    private var totalDeadline: Deadline?

    init(_ request: UpstreamRequest, requestID: String, client: ClientConnection) {
        self.request = request
        self.requestID = requestID
        self.client = client
        worker = client.worker
        tags = AuditTags(request.ingress.head)
        requestBody = RequestBodyDecoder(request.ingress.head.body)
        owesContinue = request.ingress.head.expectsContinue && request.ingress.head.body != .none
        startedAt = .now
    }

    /// Records the intent; everything else follows when it is recorded.
    func begin() {
        let isGrant = request.rule.injection != nil
        worker.journal.append(
            IntentRecord(
                time: worker.wallClock,
                requestID: requestID,
                agent: request.agent.name,
                identity: request.identitySource,
                peer: client.auditedPeer,
                provider: request.rule.providerName,
                grant: isGrant ? request.rule.id : nil,
                rule: isGrant ? nil : request.rule.id,
                method: request.ingress.head.method,
                url: request.auditURL,
                tags: tags
            ),
            waiter: self
        )
        let waits = worker.snapshot.waits
        worker.loop.set(deadline, afterNanoseconds: waits.audit)
        if waits.total > 0 {
            let total = Deadline { [weak self] in self?.fail(.upstream(.totalTimeout)) }
            worker.loop.set(total, afterNanoseconds: waits.total)
            totalDeadline = total
        }
    }

    func intentSettled(isRecorded: Bool) {
        isSettled = true
        guard case .recording = phase else {
            // The exchange ended while its intent was being written: the record that is in the log needs its outcome,
            // and if there is none, the refusal is still to be told.
            isRecorded ? recordOutcome(unsettledEnd) : recordRefusal(unsettledEnd ?? .auditUnavailable)
            return
        }
        guard isRecorded else {
            fail(.auditUnavailable)
            return
        }
        connect(mayReuse: true)
    }

    func connect(mayReuse: Bool) {
        phase = .connecting
        hasSentBytes = false
        worker.loop.set(deadline, afterNanoseconds: worker.snapshot.waits.connect)
        do throws(ProxyError) {
            let lease = try worker.engine.lease(
                for: request.rule,
                to: request.destination,
                user: self,
                mayReuse: mayReuse
            )
            upstream = lease.connection
            if lease.isOpen { upstreamConnected(lease.connection) }
        } catch { fail(error) }
    }

    func upstreamConnected(_ connection: UpstreamConnection) {
        guard case .connecting = phase else { return }
        phase = .running
        sendRequest()
        receiveAnswer()
    }

    func upstreamFailed(_ connection: UpstreamConnection, _ error: UpstreamError) {
        guard case .connecting = phase else { return }
        upstream = nil
        fail(.upstream(error))
    }

    func upstreamReady(_ connection: UpstreamConnection) {
        guard case .running = phase else { return }
        sendRequest()
        receiveAnswer()
    }

    /// The client has sent more, or takes more.
    func clientReady() {
        guard case .running = phase else { return }
        sendRequest()
        receiveAnswer()
    }

    /// The client's connection ends, for this reason.
    func clientGone(_ reason: ProxyError) { end(reason, keepsUpstream: false) }

    /// Another directory is in force.
    ///
    /// What has been sent goes on if it would be let through now as well; what has not is sent under the new
    /// authority, or not at all.
    func reviewAuthority(in snapshot: ProxySnapshot) {
        guard phase != .ended else { return }
        do throws(ProxyError) {
            let renewed = try worker.pipeline.review(
                request,
                listenerAgent: try client.listenerAgent(in: snapshot),
                in: snapshot.directory,
                nowSeconds: worker.wallClock / 1_000_000_000
            )
            // What runs keeps what it was sent with, whose secret is still to be masked in the answer; only a second
            // try would begin anew.
            if case .running = phase {
                renewal = renewed
                return
            }
            request = renewed
            guard case .connecting = phase, let upstream else { return }
            // A connection made for the old credential never carries the new one.
            self.upstream = nil
            worker.engine.giveBack(upstream, isReusable: false)
            connect(mayReuse: false)
        } catch { fail(.authorityWithdrawn) }
    }

    /// Goes on with a new connection if the upstream had closed the kept one before it took the request; `false` if
    /// that cannot be known to be safe.
    ///
    /// Safe is a request of which nothing was sent, or one without a body whose method may be repeated (RFC 9110
    /// section 9.2.2), as long as no byte of an answer has come.
    func retry() -> Bool {
        guard let upstream, upstream.isReused, retries == 0, !response.hasBegun, requestBodyBytes == 0,
            !hasSentBytes || (request.ingress.head.method.isIdempotent && request.ingress.head.body == .none)
        else { return false }
        retries += 1
        if let renewal { request = renewal }
        worker.engine.giveBack(upstream, isReusable: false)
        self.upstream = nil
        pendingUp.removeAll()
        hasSentHead = false
        isRequestSent = false
        connect(mayReuse: false)
        return true
    }

    // MARK: Ends

    /// The present phase has taken too long.
    func deadlineExpired() {
        switch phase {
        case .recording: fail(.auditUnavailable)
        case .connecting: fail(.upstream(.connectionTimeout))
        case .running:
            // A client that does not read is dealt with by its connection's own deadline; this one is for afterwards.
            guard client.hasFlushed else {
                worker.loop.set(deadline, afterNanoseconds: worker.snapshot.waits.upstreamIdle)
                return
            }
            if !isRequestSent {
                fail(pendingUp.isEmpty ? .clientTimeout : .upstream(.responseTimeout))
            } else {
                fail(.upstream(response.isHeadSent ? .responseIncomplete : .responseTimeout))
            }
        case .ended: break
        }
    }

    /// Ends the exchange with an error: as an answer of ours if none has begun, else by cutting the connection, so that the
    /// client does not take half an answer for a whole one.
    func fail(_ error: ProxyError) {
        guard phase != .ended else { return }
        guard !response.isHeadSent else {
            end(error, keepsUpstream: false)
            client.cut()
            return
        }
        let head = request.ingress.head
        let keeps = head.keepsConnection && requestBody.isComplete && !error.endsConnection && !worker.isDraining
        let problem = ProblemDetails(error).response(
            requestID: requestID,
            closes: !keeps,
            isBodiless: head.method == .head
        )
        end(error, keepsUpstream: false)
        problem.withUnsafeBytes { client.write($0) }
        client.exchangeEnded(keeps: keeps)
    }

    /// The answer has been passed on whole.
    func complete(keepsUpstream: Bool) {
        let head = request.ingress.head
        let keeps = head.keepsConnection && requestBody.isComplete && response.isDelimited
        end(nil, keepsUpstream: keepsUpstream)
        client.exchangeEnded(keeps: keeps)
    }

    private func end(_ error: ProxyError?, keepsUpstream: Bool) {
        guard phase != .ended else { return }
        let wasRecording = phase == .recording && !isSettled
        phase = .ended
        worker.loop.suspend(deadline)
        if let totalDeadline { worker.loop.cancel(totalDeadline) }
        pendingUp.removeAll()
        if let upstream { worker.engine.giveBack(upstream, isReusable: keepsUpstream) }
        upstream = nil
        request.end()
        if wasRecording {
            unsettledEnd = error
        } else if case .auditUnavailable = error {
            recordRefusal(.auditUnavailable)
        } else {
            recordOutcome(error)
        }
    }

    private func recordRefusal(_ error: ProxyError) {
        let problem = ProblemDetails(error)
        worker.journal.append(
            DenialRecord(
                time: worker.wallClock,
                requestID: requestID,
                agent: request.agent.name,
                identity: request.identitySource,
                peer: client.auditedPeer,
                provider: request.rule.providerName,
                rule: request.rule.id,
                method: ArraySlice(request.ingress.head.method.rawValue.utf8),
                url: request.auditURL,
                status: problem.status,
                errorCode: problem.code,
                tags: tags
            )
        )
    }

    private func recordOutcome(_ error: ProxyError?) {
        let isGrant = request.rule.injection != nil
        let problem = error.map { ProblemDetails($0) }
        // Once sent, a request without an answer may have taken effect all the same.
        let result: OutcomeRecord.Result =
            error == nil ? .success : sentAt != nil && !response.hasBegun ? .unknown : .failure
        worker.journal.append(
            OutcomeRecord(
                time: worker.wallClock,
                requestID: requestID,
                agent: request.agent.name,
                provider: request.rule.providerName,
                grant: isGrant ? request.rule.id : nil,
                rule: isGrant ? nil : request.rule.id,
                method: request.ingress.head.method,
                url: request.auditURL,
                result: result,
                status: response.status ?? problem?.status,
                errorCode: problem?.code,
                measurements: OutcomeRecord.Measurements(
                    duration: Instant.now.nanoseconds(since: startedAt),
                    firstByte: sentAt.flatMap { sent in firstByteAt?.nanoseconds(since: sent) },
                    requestBodyBytes: requestBodyBytes,
                    responseBodyBytes: response.bodyBytes,
                    retries: retries,
                    scrubbed: response.scrubbedCount
                )
            )
        )
    }
}

@available(*, unavailable)
extension Exchange: Sendable {}
