/// The head of an answer as the client gets it: framed anew, without what concerns only us and the upstream, without
/// what would hand the agent a credential, and with every copy of the injected one masked.
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

    package init(_ source: ResponseHead, under rule: AccessRule) {
        self.source = source
        self.rule = rule
    }

    /// How a client of this version gets a body that came framed as `body`.
    package static func framing(_ body: ResponseFraming, for version: RequestHead.Version) -> Framing {
        switch body {
        case .none: .none
        case .length(let length): .length(length)
        case .chunked, .untilClose: version == .http11 ? .chunked : .close
        }
    }

    /// Appends the head; returns how many secrets were masked in it.
    ///
    /// - Parameter connection: the value of Connection, if one is to be sent.
    package func append(to buffer: inout [UInt8], framing: Framing, connection: StaticString?) -> Int {
        let start = buffer.count
        buffer.append(contentsOf: "HTTP/1.1 ".utf8)
        buffer.appendDecimal(source.status)
        buffer.append(0x20)
        buffer.append(contentsOf: source.bytes[source.reason])
        buffer.append(contentsOf: "\r\n".utf8)
        for field in source.fields where passes(field, framing) {
            buffer.append(contentsOf: source.bytes[field.name])
            buffer.append(contentsOf: ": ".utf8)
            buffer.append(contentsOf: source.bytes[field.value])
            buffer.append(contentsOf: "\r\n".utf8)
        }
        switch framing {
        case .length(let length):
            buffer.append(contentsOf: "Content-Length: ".utf8)
            buffer.appendDecimal(length)
            buffer.append(contentsOf: "\r\n".utf8)
        case .chunked: buffer.append(contentsOf: "Transfer-Encoding: chunked\r\n".utf8)
        case .none where source.body == .none && mustSayLength: buffer.append(contentsOf: "Content-Length: 0\r\n".utf8)
        case .none, .close: break
        }
        if let connection {
            buffer.append(contentsOf: "Connection: ".utf8)
            buffer.append(contentsOf: UnsafeBufferPointer(start: connection.utf8Start, count: connection.utf8CodeUnitCount))
            buffer.append(contentsOf: "\r\n".utf8)
        }
        buffer.append(contentsOf: "\r\n".utf8)
        guard let scrubbing = rule.injection?.scrubbing else { return 0 }
        return buffer.withUnsafeMutableBytes { scrubbing.mask(UnsafeMutableRawBufferPointer(rebasing: $0[start...])) }
    }

    /// Whether a body that is not there must be announced as empty, lest the client wait for it.
    private var mustSayLength: Bool {
        !source.isAnswerToHead && source.status >= 200 && source.status != 204 && source.status != 304 && !source.fields.contains { $0.known == .contentLength }
    }

    private func passes(_ field: HeadField, _ framing: Framing) -> Bool {
        switch field.known {
        case .connection, .keepAlive, .proxyConnection, .te, .trailer, .upgrade, .transferEncoding,
            .proxyAuthenticate, .proxyAuthenticationInfo, .proxyStatus, .proxyOther, .altSvc:
            return false
        case .contentLength:
            // Of a body that follows the length is written above; of one that does not it is information.
            guard framing == .none, source.status >= 200, source.status != 204 else { return false }
        case .setCookie: if rule.injection != nil, !rule.passesCookies { return false }
        case .host, .expect, .http2Settings, .proxyAuthorization, .posternGrant, .posternRun, .posternRole,
            .posternContext, .alterContext, .traceparent, .acceptEncoding, .range, .ifRange, .provenance,
            .credential, .cookie, .userAgent, .browser, .contentEncoding, .etag, .digest, .date, .location, nil:
            break
        }
        guard !source.connectionOptions.isEmpty else { return true }
        let name = FieldName(String(decoding: source.bytes[field.name], as: UTF8.self))
        return !source.connectionOptions.contains(name)
    }
}
