internal import PosternCore
internal import PosternEventLoop

/// One allowed request, up to its outcome record.
///
///     inspecting -> refreshing -> approving -> counting -> recording -> connecting -> running -> ended
///                                                                    -> relaying -> ended     a tunnel, or what a request was upgraded to
///
/// The first four are passed over by rules that do not look into bodies, have nothing to renew, ask nobody and are not used up.
/// Once, an answer of 401 leads from running back to refreshing, and from there to connecting.
/// Bytes flow only while the other side takes them: nothing is read from the client while the upstream's socket is full,
/// and nothing from the upstream while the client's is. The file `Exchange+Preparation` is about
/// what comes before the intent record, `Exchange+Request` carries the request up, `Exchange+Response` the answer down.
final class Exchange: UpstreamUser, IntentWaiter, ClientTask {
    enum Phase {
        /// As much of the body is gathered as must be seen before anything is decided for good.
        case inspecting(isGathering: Bool)
        /// The access token is being renewed.
        case refreshing
        /// A person is being asked.
        case approving
        /// A use of the grant is being counted.
        case counting
        /// The intent record is being written. Nothing has been sent.
        case recording
        /// The upstream is being connected to.
        case connecting
        case running
        /// Bytes go both ways as they come.
        case relaying(Relay)
        case ended
    }

    var request: UpstreamRequest
    /// The request with the authority it has since a reload, for a second try.
    private var renewal: UpstreamRequest?
    let requestID: String
    /// Kept until the exchange ends, which breaks the cycle.
    let client: any ExchangeClient
    let worker: ProxyWorker
    let tags: AuditTags
    /// What the client said when it asked for this, if that was before.
    let attribution: CallAttribution?
    var phase = Phase.inspecting(isGathering: false)
    var upstream: (any Upstream)?

    // The request on its way up.
    var hasSentHead = false
    var isRequestSent = false
    var requestBodyBytes = 0
    /// What is to be sent before anything else of the body: what was seen of it beforehand, or is sent again.
    var bodyToRepeat: [UInt8] = []
    /// How much of that has been sent already.
    var repeatedBytes = 0
    /// What was sent of the body, as long as it could be sent again with a renewed token.
    var sentBody: [UInt8]?
    /// Whether the token was renewed since the upstream refused it.
    var hasRenewed = false
    /// The approval by which it is sent.
    var approval: String?
    /// The body as it is signed, under a rule that signs.
    var signedPayload: AWSPayload?
    /// What of the body counts among the bytes that are held for inspection.
    var heldBytes = 0
    /// Whether the client has been waited for to take its answer.
    var isClientSlow = false
    private static let maxRetries = 3
    /// Ten years: what ends later does not end while it runs.
    private static let maxAuthoritySeconds: Int64 = 315_360_000
    /// Looks for placeholders in the body.
    var bodySearch: PlaceholderScanner?

    /// By what tools are taken out of its answer.
    var toolListRules: [MCPRules] = []

    // The answer on its way down.
    var response = ResponseProgress()

    // What the outcome record tells.
    let startedAt: Instant
    var sentAt: Instant?
    var firstByteAt: Instant?
    var retries = 0
    private var unsettledEnd: ProxyError?
    /// Whether its intent is in the log.
    private(set) var isSettled = false

    /// The connection's, which serves one exchange after another.
    var deadline: Deadline { client.exchangeDeadline }
    private var totalDeadline: Deadline?
    /// When the authority for a relay ends.
    private var authorityDeadline: Deadline?

    init(_ request: UpstreamRequest, requestID: String, client: any ExchangeClient) {
        self.request = request
        self.requestID = requestID
        self.client = client
        worker = client.worker
        attribution = client.call?.attribution ?? request.attribution
        var tags = client.call == nil ? AuditTags(request.ingress.head) : AuditTags()
        if let attribution { tags.fill(from: attribution) }
        self.tags = tags
        approval = client.call?.approval
        bodySearch = request.bodySearch
        startedAt = .now
    }

    /// Sees to it that the request may go; everything else follows.
    func begin() {
        let waits = worker.snapshot.waits
        // A call's answer is gathered before anybody gets it, so that it must have an end.
        let total = waits.total == 0 && client.call != nil ? waits.connect + waits.firstByte : waits.total
        if total > 0 {
            let deadline = Deadline { [weak self] in self?.fail(.upstream(.totalTimeout)) }
            worker.loop.set(deadline, afterNanoseconds: total)
            totalDeadline = deadline
        }
        inspect()
    }

    /// Cuts a relay when the authority for it ends: unlike an answer, it has no end of its own.
    func endWithAuthority() {
        guard let end = request.endsAt else { return }
        let deadline = Deadline { [weak self] in self?.fail(.authorityWithdrawn) }
        let left = max(0, end - worker.wallClock / 1_000_000_000)
        worker.loop.set(deadline, after: .seconds(min(left, Exchange.maxAuthoritySeconds)))
        authorityDeadline = deadline
    }

    /// Records the intent.
    func record() {
        // It came in time; to be sent it has to be in time as well.
        if let error = request.refusal(at: worker.wallClock / 1_000_000_000) {
            fail(error)
            return
        }
        phase = .recording
        recordIntent()
        worker.loop.set(deadline, afterNanoseconds: worker.snapshot.waits.audit)
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
        worker.loop.set(deadline, afterNanoseconds: worker.snapshot.waits.connect)
        do throws(ProxyError) {
            try worker.connector.connect(
                request,
                user: self,
                prefersHTTP2: client.prefersHTTP2,
                mayReuse: mayReuse
            )
        } catch { fail(error) }
    }

    func upstreamChosen(_ upstream: any Upstream, isOpen: Bool) {
        self.upstream = upstream
        if isOpen { upstreamConnected(upstream) }
    }

    func upstreamConnected(_ upstream: any Upstream) {
        guard phase.isConnecting else { return }
        guard !request.rule.isTunnel else {
            relay(through: upstream)
            return
        }
        phase = .running
        sendRequest()
        receiveAnswer()
    }

    func upstreamFailed(_ error: UpstreamError) {
        guard phase.isConnecting else { return }
        fail(.upstream(error))
    }

    func upstreamReady() {
        switch phase {
        case .running:
            sendRequest()
            receiveAnswer()
        case .relaying(let relay): relay.advance()
        case .inspecting: inspect()
        case .refreshing, .approving, .counting, .recording, .connecting, .ended: break
        }
    }

    /// The client has sent more, or takes more.
    func clientReady() {
        if isClientSlow, client.takesAnswer, case .running = phase {
            isClientSlow = false
            worker.loop.set(deadline, afterNanoseconds: worker.snapshot.waits.upstreamIdle)
        }
        upstreamReady()
    }

    /// The client's connection ends, for this reason.
    func clientGone(_ reason: ProxyError) { end(reason) }

    /// Another directory is in force.
    ///
    /// What has been sent goes on if it would be let through now as well; what has not is sent under the new
    /// authority, or not at all.
    func reviewAuthority(in snapshot: ProxySnapshot) {
        guard !phase.isEnded else { return }
        do throws(ProxyError) {
            let renewed = try worker.pipeline.review(
                request,
                listenerAgent: try client.source.listenerAgent(in: snapshot),
                in: snapshot.directory
            )
            // What was seen of the body was judged by what held then.
            if !phase.isInspecting, renewed.rule.inspection != request.rule.inspection { throw .authorityWithdrawn }
            // What is signed was settled with the body; only the key may be another.
            if renewed.signingScope != request.signingScope { throw .authorityWithdrawn }
            // So was what persons were asked, or were not.
            if asksOthers(than: renewed) { throw .authorityWithdrawn }
            // What runs keeps what it was sent with, whose secret is still to be masked in the answer; only a second
            // try would begin anew.
            switch phase {
            case .running: renewal = renewed
            case .inspecting, .refreshing, .approving, .counting, .recording: request = renewed
            case .connecting where renewed.rule === request.rule: break
            case .connecting:
                // A connection made for the old credential never carries the new one.
                upstream?.release()
                upstream = nil
                request = renewed
                connect(mayReuse: false)
            case .relaying, .ended: break
            }
        } catch { fail(.authorityWithdrawn) }
    }

    /// Goes on with another connection if the upstream did not take the request; `false` if that cannot be known to be safe.
    ///
    /// Safe is a request that the upstream said it did not process (RFC 9113 section 8.7); and, where a kept connection was
    /// closed meanwhile, one of which nothing was sent, or one without a body whose method may be repeated (RFC 9110
    /// section 9.2.2), as long as no byte of an answer has come.
    func retry() -> Bool {
        guard let upstream, retries < Exchange.maxRetries, !response.hasBegun,
            request.refusal(at: worker.wallClock / 1_000_000_000) == nil
        else { return false }
        if let body = upstream.refusedBody {
            bodyToRepeat = body + bodyToRepeat[repeatedBytes...]
            repeatedBytes = 0
            if sentBody != nil { sentBody = [] }
        } else {
            guard upstream.isReused, retries == 0, requestBodyBytes == 0,
                !upstream.hasSentBytes
                    || (request.ingress.head.method.isIdempotent && request.ingress.head.body == .none)
            else { return false }
        }
        retries += 1
        if let renewal { request = renewal }
        upstream.release()
        self.upstream = nil
        hasSentHead = false
        isRequestSent = false
        connect(mayReuse: false)
        return true
    }

    // MARK: Ends

    /// The present phase has taken too long.
    func deadlineExpired() {
        switch phase {
        case .inspecting: fail(.clientTimeout)
        case .refreshing: fail(.credential(.unavailable(rule: request.rule.id)))
        case .approving: fail(.approval(.unavailable))
        case .counting: fail(.storeUnavailable)
        case .recording: fail(.auditUnavailable)
        case .connecting: fail(.upstream(.connectionTimeout))
        case .running where !client.takesAnswer && client.hasStalled: fail(.clientTimeout)
        // A client of HTTP/1 that does not read is dealt with by its connection's deadline; this one is for afterwards.
        case .running where !client.takesAnswer:
            worker.loop.set(deadline, afterNanoseconds: worker.snapshot.waits.clientStall)
        case .relaying where !client.takesAnswer:
            worker.loop.set(deadline, after: worker.snapshot.settings.timeouts.tunnelIdle)
        case .running:
            if !isRequestSent {
                fail(upstream?.takesRequest ?? true ? .clientTimeout : .upstream(.responseTimeout))
            } else {
                fail(.upstream(response.isHeadSent ? .responseIncomplete : .responseTimeout))
            }
        case .relaying(let relay): fail(relay.isOpening ? .clientHandshakeFailed : .tunnelIdle)
        case .ended: break
        }
    }

    /// Ends the exchange with an error: as an answer of ours if none has begun, else by cutting the connection, so that the
    /// client does not take half an answer for a whole one.
    ///
    /// A WebSocket's client is told in a frame.
    func fail(_ error: ProxyError) {
        guard !phase.isEnded else { return }
        let hasBegun = response.isHeadSent
        let farewell = farewell(for: error)
        end(error)
        if let farewell {
            finish(with: farewell)
        } else {
            client.failed(error, hasBegun: hasBegun, requestID: requestID)
        }
    }

    /// The answer has been passed on whole.
    func complete() {
        end(nil)
        client.exchangeEnded()
    }

    func end(_ error: ProxyError?) {
        guard !phase.isEnded else { return }
        let former = phase
        phase = .ended
        worker.loop.suspend(deadline)
        if let totalDeadline { worker.loop.cancel(totalDeadline) }
        if let authorityDeadline { worker.loop.cancel(authorityDeadline) }
        upstream?.release()
        upstream = nil
        request.end()
        letGo(downTo: 0)
        switch (former, error) {
        case (.inspecting, let error?), (.approving, let error?), (.counting, let error?): recordRefusal(error)
        case (.refreshing, let error?) where !isSettled: recordRefusal(error)
        case (.recording, _) where !isSettled: unsettledEnd = error
        case (_, .auditUnavailable?): recordRefusal(.auditUnavailable)
        default: recordOutcome(error)
        }
    }
}

extension Exchange.Phase {
    var isInspecting: Bool { if case .inspecting = self { true } else { false } }
    var isGathering: Bool { if case .inspecting(isGathering: true) = self { true } else { false } }
    var isConnecting: Bool { if case .connecting = self { true } else { false } }
    var isEnded: Bool { if case .ended = self { true } else { false } }
}

@available(*, unavailable)
extension Exchange: Sendable {}
