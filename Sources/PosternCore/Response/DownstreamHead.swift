/// The head of an answer as the client gets it: framed anew, without what concerns only us and the upstream, without
/// what would hand the agent a credential, and with every copy of the injected one masked.
///
/// Under a grant its claims about the body are true of what the client gets. A coding is always undone or the answer refused,
/// so Content-Encoding goes. Digests always go: the head leaves before the body was seen whole, so nobody could vouch
/// for them. ETag names what is stored upstream, and is what makes conditional requests work; it goes when the caller,
/// who scrubs the first piece of the body before the head is written, finds that this piece was altered, and when a
/// coding was undone. What is masked further on in a long body leaves it: a cache may then hold the masked body
/// under it, which is as good as any other answer masked.
package struct DownstreamHead {
    /// How the body that follows is delimited for the client.
    package enum Framing: Hashable, Sendable {
        /// There is no body; a Content-Length that the upstream gave for information is passed on.
        case none
        case length(Int)
        case chunked
        /// The end of the connection is the end of the body, as HTTP/1.0 has it.
        case close
    }

    private let source: ResponseHead
    private let rule: AccessRule
    private let patterns: ScrubPatterns?
    private let length: Int?
    private let isRewritten: Bool

    /// `patterns` are masked in it; `length` is that of a body which is not the one that the upstream sent; `isRewritten`
    /// says that the body is not, and that its length shows only when it ends.
    package init(
        _ source: ResponseHead,
        under rule: AccessRule,
        masking patterns: ScrubPatterns?,
        length: Int? = nil,
        isRewritten: Bool = false
    ) {
        self.isRewritten = isRewritten
        self.source = source
        self.rule = rule
        self.patterns = patterns
        self.length = length
    }

    /// Whether the client gets the body without the coding in which it came.
    private var isDecoded: Bool { rule.injection != nil && source.isContentEncoded }

    /// How a client of this version gets the body.
    package func framing(for version: RequestHead.Version) -> Framing {
        if let length { return .length(length) }
        return switch source.body {
        case .none: .none
        // How long a body is without its coding shows only when it ends.
        case .length(let length) where !isDecoded && !isRewritten: .length(length)
        case .length, .chunked, .untilClose: version == .http11 ? .chunked : .close
        }
    }

    /// Appends the head; returns how many secrets were masked in it.
    ///
    /// `connection` is the value of Connection, if one is to be sent; `isAltered` says that something was masked in
    /// the body, as far as it has come.
    package func append(
        to buffer: inout [UInt8],
        framing: Framing,
        connection: StaticString?,
        isAltered: Bool = false
    ) -> Int {
        let masked = appendReceived(to: &buffer, isAltered: isAltered)
        switch framing {
        case .length(let length): DownstreamHead.append(contentLength: length, to: &buffer)
        case .chunked: buffer.append(contentsOf: "Transfer-Encoding: chunked\r\n".utf8)
        case .none: if let length = informativeLength { DownstreamHead.append(contentLength: length, to: &buffer) }
        case .close: break
        }
        if let connection {
            buffer.append(contentsOf: "Connection: ".utf8)
            buffer.append(
                contentsOf: UnsafeBufferPointer(start: connection.utf8Start, count: connection.utf8CodeUnitCount)
            )
            buffer.append(contentsOf: "\r\n".utf8)
        }
        buffer.append(contentsOf: "\r\n".utf8)
        return masked
    }

    /// Appends the head with which the client's connection becomes a WebSocket; returns how many secrets were masked in it.
    ///
    /// For an answer that ``UpstreamRequest/becomesWebSocket(by:)`` found to be one.
    package func appendUpgrade(to buffer: inout [UInt8]) -> Int {
        let masked = appendReceived(to: &buffer, isAltered: false)
        buffer.append(contentsOf: "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n".utf8)
        return masked
    }

    /// Appends the status line and those of the upstream's fields that pass, masked.
    private func appendReceived(to buffer: inout [UInt8], isAltered: Bool) -> Int {
        let start = buffer.count
        buffer.append(contentsOf: "HTTP/1.1 ".utf8)
        buffer.appendDecimal(source.status)
        buffer.append(0x20)
        buffer.append(contentsOf: source.bytes[source.reason])
        buffer.append(contentsOf: "\r\n".utf8)
        for field in source.fields where passes(field, isAltered: isAltered) {
            buffer.append(contentsOf: source.bytes[field.name])
            buffer.append(contentsOf: ": ".utf8)
            buffer.append(contentsOf: source.bytes[field.value])
            buffer.append(contentsOf: "\r\n".utf8)
        }
        return buffer.withUnsafeMutableBytes { bytes in
            // The status and the lines that follow are ours: a secret that is a number must not mask a length.
            let received = UnsafeMutableRawBufferPointer(rebasing: bytes[(start + 13)...])
            let masked = patterns?.mask(received) ?? 0
            if masked > 0 { BinaryFields.repair(received) }
            return masked
        }
    }

    private static func append(contentLength length: Int, to buffer: inout [UInt8]) {
        buffer.append(contentsOf: "Content-Length: ".utf8)
        buffer.appendDecimal(length)
        buffer.append(contentsOf: "\r\n".utf8)
    }

    /// The length of a body that does not follow: that of an empty one, or of the one that GET would have had.
    ///
    /// RFC 9110 section 8.6. Where the upstream said nothing there is nothing to say.
    private var informativeLength: Int? {
        guard source.status >= 200, source.status != 204, !isDecoded else { return nil }
        let field = source.fields.first { $0.known == .contentLength }
        return field.flatMap { FieldValue.contentLength(source.bytes[$0.value]) }
    }

    private func passes(_ field: HeadField, isAltered: Bool) -> Bool {
        guard field.passesDownstream(under: rule) else { return false }
        switch field.known {
        case .contentEncoding: if isDecoded { return false }
        case .etag: if isDecoded || isAltered { return false }
        default: break
        }
        guard !source.connectionOptions.isEmpty else { return true }
        let name = FieldName(String(decoding: source.bytes[field.name], as: UTF8.self))
        return !source.connectionOptions.contains(name)
    }
}

extension HeadField {
    /// Whether a field of an answer, of its head or its trailers, may reach the client.
    func passesDownstream(under rule: AccessRule) -> Bool {
        switch known {
        case .connection, .keepAlive, .proxyConnection, .te, .trailer, .upgrade, .transferEncoding,
            .proxyAuthenticate, .proxyAuthenticationInfo, .proxyStatus, .proxyOther, .altSvc,
            .contentLength:
            false
        case .setCookie: rule.injection == nil || rule.passesCookies
        case .digest: rule.injection == nil
        case .host, .expect, .http2Settings, .proxyAuthorization, .posternGrant, .posternRun, .posternRole,
            .posternContext, .alterContext, .webSocketKey, .webSocketVersion, .webSocketProtocol, .webSocketExtensions,
            .webSocketAccept, .traceparent, .acceptEncoding, .range, .ifRange, .provenance,
            .credential, .cookie, .userAgent, .browser, .contentEncoding, .messageEncoding, .etag, .date, .location,
            nil:
            true
        }
    }
}
