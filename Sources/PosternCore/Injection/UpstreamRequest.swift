/// A request that may be sent: what the client asked, under one rule, to one destination.
///
/// It is the only type from which request bytes for an upstream are made, and making them is where the credential comes
/// in. It cannot be printed or encoded. It is a class since it is handed on far more often than it is made.
package final class UpstreamRequest: Sendable {
    package let ingress: IngressRequest
    package let agent: CompiledAgent
    package let identitySource: AuditIdentity
    /// The id of the key that was shown for it, if one was.
    package let keyID: String?
    /// What the client said that asked for a placeholder in it.
    package let attribution: CallAttribution?
    package let rule: AccessRule
    package let destination: Destination
    /// When it was let through, in seconds since 1970: whether it is in time is judged by this moment.
    let admittedAt: Int64
    /// When the authority for it ends, in seconds since 1970; `nil` is never.
    package let endsAt: Int64?
    /// Places in the head of fields that hold some agent's key, which no upstream may see.
    private let agentKeyFields: [Int]
    /// Under whose limits it was admitted.
    private let limiters: [Limiter]
    /// The field in which a sealed token goes in place of the rule's credential.
    private let sealed: SealedSlot?
    let search: PlaceholderSearch
    private let searchesBody: Bool
    /// The credential and the signature by which it was sent, once it was signed.
    private let signedScrubbing: ScrubPatterns?
    /// Whether its answer may hold a token that an upstream issues for our credential; such an answer is not passed on, but
    /// gathered in a ``TokenAnswer``.
    package let issuesTokens: Bool

    private static let messageEncodings = FieldName("grpc-accept-encoding")

    init(
        _ allowed: AllowedRequest,
        sealed: SealedSlot?,
        admittedBy limiters: [Limiter],
        at admittedAt: Int64,
        in directory: Directory,
        searchesBody: Bool
    ) {
        self.admittedAt = admittedAt
        endsAt = [allowed.rule.expiresAt, allowed.identified.key?.expiresAt].compactMap(\.self).min()
        self.limiters = limiters
        self.sealed = sealed
        search = directory.search
        self.searchesBody = searchesBody
        signedScrubbing = nil
        issuesTokens = allowed.rule.issuesTokens(at: allowed.identified.ingress.head[allowed.identified.ingress.path])
        ingress = allowed.identified.ingress
        agent = allowed.identified.agent
        identitySource = allowed.identified.source
        attribution = allowed.identified.attribution
        keyID = allowed.identified.placeholderKey ?? allowed.identified.key?.id
        rule = allowed.rule
        destination = allowed.destination
        // On a grant every credential field goes anyway.
        agentKeyFields =
            allowed.rule.injection != nil
            ? []
            : PresentedKey.inCredentialFields(ingress.head)
                .filter { directory.isKey($0.key) }
                .map(\.index)
    }

    /// Why it may no longer be sent, at a time in seconds since 1970; `nil` if it may.
    package func refusal(at seconds: Int64) -> ProxyError? {
        if let endsAt, seconds >= endsAt { return .grantExpired(rule: rule.id) }
        let isOpen = rule.bounds.allSatisfy { $0.constraints.isOpen(at: seconds) }
        return isOpen ? nil : .policyDenied(rule: rule.id, reason: "its hours are over")
    }

    /// Ends the request's admission under its limits.
    package func end() {
        for limiter in limiters { limiter.leave() }
    }

    /// The same request under another decision, still counted where it was admitted.
    convenience init(_ allowed: AllowedRequest, inPlaceOf former: UpstreamRequest, in directory: Directory) {
        self.init(
            allowed,
            sealed: former.sealed,
            admittedBy: former.limiters,
            at: former.admittedAt,
            in: directory,
            searchesBody: former.searchesBody
        )
    }

    /// What its rule says about asking persons for its method.
    package var approvalTerms: [ApprovalTerms] { rule.approval(of: ingress.head.method) }

    /// By which it is signed, where a signature stands for the credential.
    package var signature: AWSSignature? { sealed == nil ? rule.injection?.signature : nil }

    /// What the signature is for.
    package var signingScope: AWSScope? { signature?.scope(at: destination) }

    /// Whether its body may go unsigned, if it is too long to be held: S3 takes that, and TLS keeps it as it is.
    package var mayLeaveBodyUnsigned: Bool { destination.scheme == .https && signingScope?.isObjectStore ?? false }

    /// Looks for placeholders in its body, if there are any to be found.
    package var bodySearch: PlaceholderScanner? { searchesBody ? PlaceholderScanner(search) : nil }

    /// What must not come back in its answer: every value that is written into it.
    package var scrubbing: ScrubPatterns? {
        signedScrubbing ?? sealed?.token.scrubbing ?? rule.injection?.scrubbing
    }

    /// The same request, in whose answer the signature of the head that was sent is looked for, too: for some minutes the
    /// request could be sent with it past Postern.
    package func masking(_ signature: [UInt8]) -> UpstreamRequest { UpstreamRequest(self, sentWith: signature) }

    private init(_ former: UpstreamRequest, sentWith signature: [UInt8]) {
        ingress = former.ingress
        agent = former.agent
        identitySource = former.identitySource
        keyID = former.keyID
        attribution = former.attribution
        rule = former.rule
        destination = former.destination
        admittedAt = former.admittedAt
        endsAt = former.endsAt
        agentKeyFields = former.agentKeyFields
        limiters = former.limiters
        sealed = former.sealed
        search = former.search
        searchesBody = former.searchesBody
        issuesTokens = former.issuesTokens
        signedScrubbing = former.rule.injection?.scrubbing.adding(signature)
    }

    /// Appends the head to send upstream, credential included, ready to be followed by the body.
    ///
    /// Nothing the client framed is passed on: the request line, Host and the framing fields are written from what was
    /// parsed, and the other fields are copied one by one. `takesTrailers` says that trailers of the answer are passed on
    /// to a client that wants them, of which gRPC servers make sure. `payload` is the body as it is signed at `seconds`, under
    /// a rule that signs; without it no credential is written. Returns the signature.
    @discardableResult
    package func appendHead(
        to buffer: inout [UInt8],
        tags: TagContext,
        takesTrailers: Bool = false,
        payload: AWSPayload? = nil,
        at seconds: Int64 = 0
    ) -> [UInt8]? {
        let head = ingress.head
        let start = buffer.count
        buffer.append(contentsOf: head.method.rawValue.utf8)
        buffer.append(0x20)
        appendPath(to: &buffer)
        appendQuery(to: &buffer)
        buffer.append(contentsOf: " HTTP/1.1\r\nHost: ".utf8)
        buffer.append(contentsOf: destination.authority.utf8)
        buffer.append(contentsOf: "\r\n".utf8)
        if takesTrailers, head.fields.contains(where: { $0.known == .te }) {
            buffer.append(contentsOf: "TE: trailers\r\n".utf8)
        }
        for index in head.fields.indices where forwards(index) { append(head.fields[index], to: &buffer, tags) }
        if let injection = rule.injection {
            for field in injection.fields where sealed == nil || !field.holdsSecret {
                field.line.withBytes { buffer.append(contentsOf: $0) }
            }
            if let sealed {
                buffer.append(contentsOf: head[head.fields[sealed.field].name])
                buffer.append(contentsOf: ": ".utf8)
                sealed.appendValue(to: &buffer)
                buffer.append(contentsOf: "\r\n".utf8)
            }
        }
        if looksIntoAnswer {
            // In a compressed answer a credential could not be found (BREACH works the other way round, too).
            buffer.append(contentsOf: "Accept-Encoding: identity\r\n".utf8)
            // Where it is left out, some servers compress messages as they please.
            if head.fields.contains(where: { head.isNamed($0, UpstreamRequest.messageEncodings) }) {
                buffer.append(contentsOf: "grpc-accept-encoding: identity\r\n".utf8)
            }
        }
        if let upgrade = ingress.webSocket {
            buffer.append(contentsOf: "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n".utf8)
            buffer.append(contentsOf: "Sec-WebSocket-Key: ".utf8)
            buffer.append(contentsOf: head[upgrade.key])
            buffer.append(contentsOf: "\r\n".utf8)
        }
        if let tag = rule.tagging.header {
            buffer.append(contentsOf: "\(tag.name): ".utf8)
            tags.render(tag.value, into: &buffer)
            buffer.append(contentsOf: "\r\n".utf8)
        }
        if rule.tagging.userAgentSuffix != nil,
            !head.fields.indices.contains(where: { head.fields[$0].known == .userAgent && forwards($0) })
        {
            buffer.append(contentsOf: "User-Agent:".utf8)
            appendUserAgentSuffix(to: &buffer, tags)
            buffer.append(contentsOf: "\r\n".utf8)
        }
        var written: [UInt8]?
        if let signature, let payload, let scope = signature.scope(at: destination) {
            written = signature.sign(&buffer, from: start, for: scope, payload, at: seconds)
        }
        switch head.body {
        case .none:
            // RFC 9110 section 8.6: an empty body is announced where the method gives one a meaning.
            if head.method == .post || head.method == .put || head.method == .patch {
                buffer.append(contentsOf: "Content-Length: 0\r\n".utf8)
            }
        case .length(let length):
            buffer.append(contentsOf: "Content-Length: ".utf8)
            buffer.appendDecimal(length)
            buffer.append(contentsOf: "\r\n".utf8)
        case .chunked: buffer.append(contentsOf: "Transfer-Encoding: chunked\r\n".utf8)
        }
        buffer.append(contentsOf: "\r\n".utf8)
        return written
    }

    /// What a person is asked to approve: everything that is sent but the credential, and what it is about.
    ///
    /// Fields that only trace requests are left out, since they are others each time. `nil` if a field is no text, of which a
    /// person could not be shown every byte.
    package func frozen(body: [UInt8], attribution: CallAttribution, rule: RequestRule?) -> FrozenRequest? {
        let head = ingress.head
        var fields: [FrozenField] = []
        for index in head.fields.indices where forwards(index) && head.fields[index].known != .traceparent {
            guard let value = String(validating: head[head.fields[index].value], as: UTF8.self) else { return nil }
            fields.append(FrozenField(name: head.text(head.fields[index].name), value: value))
        }
        var url = "\(destination.scheme == .https ? "https" : "http")://\(destination.authority)"
        let audited = auditURL
        // Where a secret stands in the path its name is shown in braces, which no path that is read may have.
        var target = audited.path.filter { $0 != UInt8(ascii: "{") && $0 != UInt8(ascii: "}") }
        // What stood in the credential's place may be the agent's key.
        _ = appendClientQuery(to: &target)
        url += String(decoding: target, as: UTF8.self)
        return FrozenRequest(
            asker: agent.asker,
            grant: self.rule.id,
            method: head.method,
            url: url,
            fields: fields,
            body: body,
            attribution: attribution,
            rule: rule
        )
    }

    /// Whether the connection becomes a WebSocket with this answer.
    ///
    /// - Throws: ``UpstreamError/responseMalformed`` for a change of protocol that was not asked for, or not in this way.
    package func becomesWebSocket(by answer: ResponseHead) throws(UpstreamError) -> Bool {
        guard answer.status == 101 else { return false }
        guard let upgrade = ingress.webSocket,
            upgrade.isGranted(by: answer, to: ingress.head, offersExtensions: offersExtensions)
        else { throw .responseMalformed }
        return true
    }

    /// Whether its answer is searched for credentials or tools, so that it has to come whole and plain.
    private var looksIntoAnswer: Bool { rule.injection != nil || rule.inspection?.filtersTools ?? false }

    /// Whether the client's offer of WebSocket extensions goes upstream.
    ///
    /// In a compressed message, or one changed in another way, a credential could not be found.
    private var offersExtensions: Bool { ingress.webSocket != nil && rule.injection == nil }

    /// The canonical URL for the audit log, with the name of a secret in the path in place of what the client wrote there.
    package var auditURL: AuditURL {
        let head = ingress.head
        var path = head[ingress.path]
        if let (slot, placeholder) = rule.injection?.pathSlot(in: path) {
            path =
                ArraySlice(slot.shown.dropLast(slot.suffix.count))
                + head[placeholder.upperBound..<ingress.path.upperBound]
        }
        return AuditURL(destination: destination, path: path, query: ingress.query.map { head[$0] })
    }

    private func appendPath(to buffer: inout [UInt8]) {
        guard let (slot, placeholder) = rule.injection?.pathSlot(in: ingress.head[ingress.path]) else {
            buffer.append(contentsOf: ingress.head[ingress.path])
            return
        }
        buffer.append(contentsOf: slot.prefix)
        slot.secret.withBytes { buffer.append(contentsOf: $0) }
        buffer.append(contentsOf: ingress.head[placeholder.upperBound..<ingress.path.upperBound])
    }

    private func appendQuery(to buffer: inout [UInt8]) {
        var separator = appendClientQuery(to: &buffer)
        for parameter in rule.injection?.parameters ?? [] where sealed == nil || !parameter.holdsSecret {
            buffer.append(separator)
            separator = UInt8(ascii: "&")
            parameter.pair.withBytes { buffer.append(contentsOf: $0) }
        }
    }

    /// Appends what the client's query has beside the parameters in whose place the credential is written.
    ///
    /// Returns what stands in front of the next parameter.
    private func appendClientQuery(to buffer: inout [UInt8]) -> UInt8 {
        let parameters = rule.injection?.parameters ?? []
        var separator = UInt8(ascii: "?")
        guard let query = ingress.query else { return separator }
        guard !parameters.isEmpty else {
            buffer.append(separator)
            buffer.append(contentsOf: ingress.head[query])
            return UInt8(ascii: "&")
        }
        ingress.head.bytes.withUnsafeBytes { bytes in
            let text = UnsafeRawBufferPointer(rebasing: bytes[query])
            QueryParameters.forEach(text) { pair, _ in
                if parameters.contains(where: { QueryParameters.pair(text[pair], mayName: $0.name) }) { return }
                buffer.append(separator)
                separator = UInt8(ascii: "&")
                buffer.append(contentsOf: text[pair])
            }
        }
        return separator
    }

    private func append(_ field: HeadField, to buffer: inout [UInt8], _ tags: TagContext) {
        let bytes = ingress.head.bytes
        buffer.append(contentsOf: bytes[field.name])
        buffer.append(UInt8(ascii: ":"))
        if !field.value.isEmpty {
            buffer.append(0x20)
            buffer.append(contentsOf: bytes[field.value])
        }
        if field.known == .userAgent { appendUserAgentSuffix(to: &buffer, tags) }
        buffer.append(0x0d)
        buffer.append(0x0a)
    }

    private func appendUserAgentSuffix(to buffer: inout [UInt8], _ tags: TagContext) {
        guard let suffix = rule.tagging.userAgentSuffix else { return }
        buffer.append(0x20)
        tags.render(suffix, into: &buffer)
    }

    /// Whether a field of the client's goes upstream.
    private func forwards(_ index: Int) -> Bool {
        let field = ingress.head.fields[index]
        let isInjecting = rule.injection != nil
        switch field.known {
        case .host, .contentLength, .transferEncoding, .expect, .connection, .keepAlive, .proxyConnection, .te,
            .trailer, .upgrade, .http2Settings, .proxyAuthorization, .proxyAuthenticate, .proxyAuthenticationInfo,
            .proxyStatus, .proxyOther, .posternGrant, .posternRun, .posternRole, .posternContext, .alterContext,
            .provenance, .webSocketKey, .webSocketVersion, .webSocketAccept:
            return false
        case .webSocketProtocol: if ingress.webSocket == nil { return false }
        case .webSocketExtensions: if !offersExtensions { return false }
        case .acceptEncoding, .range, .ifRange: if looksIntoAnswer { return false }
        case .cookie: if isInjecting { return false }
        case .credential:
            if isInjecting || agentKeyFields.contains(index) { return false }
        case .traceparent, .userAgent, .browser, .setCookie, .contentEncoding, .etag, .digest, .altSvc, .date,
            .location, .messageEncoding, nil:
            break
        }
        let head = ingress.head
        let isSlot = rule.injection?.fields.contains { head.isNamed(field, $0.name) } ?? false
        let isTag = rule.tagging.header.map { head.isNamed(field, FieldName($0.name)) } ?? false
        if let signature = rule.injection?.signature, signature.replaces(field, in: head) { return false }
        return !isSlot && !isTag && !head.connectionOptions.contains { head.isNamed(field, $0) }
    }
}
