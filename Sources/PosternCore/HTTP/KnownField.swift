/// The fields that Postern treats in a way of their own.
///
/// Every other one is forwarded as it came.
package enum KnownField: UInt8, Sendable, CaseIterable {
    // Framing and routing: read once, never forwarded, written anew.
    case host, contentLength, transferEncoding, expect
    // Connection options, RFC 9110 section 7.6.1, and the older fields that clients still send.
    case connection, keepAlive, proxyConnection, te, trailer, upgrade, http2Settings
    // The opening of a WebSocket, RFC 6455 section 11.3.
    case webSocketKey, webSocketVersion, webSocketProtocol, webSocketExtensions, webSocketAccept
    // Talk with the proxy itself.
    case proxyAuthorization, proxyAuthenticate, proxyAuthenticationInfo, proxyStatus
    /// Any other `Proxy-…`.
    case proxyOther
    // Read by Postern and not forwarded.
    case posternGrant, posternRun, posternRole, posternContext, alterContext
    // Read by Postern and forwarded.
    case traceparent
    // Asks for parts or codings of an answer, or of the messages in it, in which a credential could hide from the
    // scrubber.
    case acceptEncoding, range, ifRange
    // Claims about who asked or what was asked, which origins believe from proxies.
    case provenance
    // Where credentials travel; see `credentialNames`.
    case credential
    case cookie
    case userAgent
    /// What browsers add and a page cannot leave out.
    case browser
    // Of responses.
    case setCookie, contentEncoding, etag, digest, altSvc, date, location
    /// In which coding a body has its messages, each by itself.
    case messageEncoding

    /// Names that some provider reads a credential from.
    ///
    /// All of them are removed from a request that is given one: SDKs send placeholders in more than one place, and a
    /// second credential could win over ours.
    package static let credentialNames: [String] = [
        "authorization", "x-api-key", "api-key", "apikey", "x-goog-api-key", "private-token", "job-token",
        "deploy-token", "xi-api-key", "x-auth-key", "x-auth-email", "x-auth-token", "x-subscription-token",
        "x-figma-token", "x-shopify-access-token", "x-postmark-server-token", "x-postmark-account-token",
        "dd-api-key", "dd-application-key", "circle-token", "x-bb-api-key", "x-algolia-api-key", "x-api-token",
        "x-amz-security-token", "x-amz-date", "x-amz-content-sha256",
    ]

    private static let provenanceNames = [
        "forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port",
        "x-forwarded-server", "x-forwarded-prefix", "x-forwarded-uri", "x-forwarded-path", "x-forwarded-scheme",
        "x-forwarded-user", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "true-client-ip", "cf-connecting-ip",
        "x-original-url", "x-original-uri", "x-original-host", "x-rewrite-url", "x-host", "x-http-method-override",
        "x-http-method", "x-method-override", "x-url-scheme", "x-remote-user", "remote-user", "via",
    ]

    private static let singleNames: [(String, KnownField)] = [
        ("host", .host), ("content-length", .contentLength), ("transfer-encoding", .transferEncoding),
        ("expect", .expect), ("connection", .connection), ("keep-alive", .keepAlive),
        ("proxy-connection", .proxyConnection), ("te", .te), ("trailer", .trailer), ("upgrade", .upgrade),
        ("http2-settings", .http2Settings), ("sec-websocket-key", .webSocketKey),
        ("sec-websocket-version", .webSocketVersion), ("sec-websocket-protocol", .webSocketProtocol),
        ("sec-websocket-extensions", .webSocketExtensions), ("sec-websocket-accept", .webSocketAccept),
        ("proxy-authorization", .proxyAuthorization),
        ("proxy-authenticate", .proxyAuthenticate), ("proxy-authentication-info", .proxyAuthenticationInfo),
        ("proxy-status", .proxyStatus), ("postern-grant", .posternGrant), ("postern-run", .posternRun),
        ("postern-role", .posternRole), ("postern-context", .posternContext), ("x-alter-context", .alterContext),
        ("traceparent", .traceparent), ("accept-encoding", .acceptEncoding), ("range", .range),
        ("if-range", .ifRange), ("cookie", .cookie), ("cookie2", .cookie), ("user-agent", .userAgent),
        ("set-cookie", .setCookie), ("set-cookie2", .setCookie), ("content-encoding", .contentEncoding),
        ("etag", .etag), ("digest", .digest), ("content-digest", .digest), ("repr-digest", .digest),
        ("content-md5", .digest), ("grpc-accept-encoding", .acceptEncoding),
        ("connect-accept-encoding", .acceptEncoding), ("grpc-encoding", .messageEncoding),
        ("connect-content-encoding", .messageEncoding), ("alt-svc", .altSvc), ("alt-used", .altSvc), ("date", .date),
        ("location", .location), ("origin", .browser), ("sec-fetch-site", .browser), ("sec-fetch-mode", .browser),
        ("sec-fetch-dest", .browser),
    ]

    /// The field that a raw name stands for, if it is known.
    @inline(__always)
    package static func named(_ raw: UnsafeRawBufferPointer, hash: UInt64) -> KnownField? {
        table.field(named: raw, hash: hash) ?? (isProxyField(raw) ? .proxyOther : nil)
    }

    private static func isProxyField(_ raw: UnsafeRawBufferPointer) -> Bool {
        guard raw.count > 6, raw[0] | 0x20 == UInt8(ascii: "p") else { return false }
        return zip(raw, "proxy-".utf8).allSatisfy { FieldName.fold($0) == $1 }
    }

    private static let table = KnownFieldTable(
        singleNames + credentialNames.map { ($0, .credential) } + provenanceNames.map { ($0, .provenance) }
    )
}

/// An open-addressing table from folded names to fields, in plain memory: a few probes, no allocation, no counting of
/// references.
private struct KnownFieldTable: @unchecked Sendable {
    // @unchecked: both buffers are filled in `init`, never changed and never freed.
    private struct Entry {
        var hash: UInt64
        var start: UInt16
        var count: UInt8
        var field: KnownField
    }

    private static let size = 512
    private let entries: UnsafeMutablePointer<Entry>
    private let names: UnsafeMutablePointer<UInt8>

    init(_ all: [(String, KnownField)]) {
        entries = .allocate(capacity: KnownFieldTable.size)
        entries.initialize(repeating: Entry(hash: 0, start: 0, count: 0, field: .host), count: KnownFieldTable.size)
        names = .allocate(capacity: all.reduce(0) { $0 + $1.0.utf8.count })
        var start = 0
        for (text, field) in all {
            let name = FieldName(text)
            var slot = Int(truncatingIfNeeded: name.hashValue64) & (KnownFieldTable.size - 1)
            while entries[slot].count > 0 { slot = (slot + 1) & (KnownFieldTable.size - 1) }
            entries[slot] = Entry(
                hash: name.hashValue64,
                start: UInt16(start),
                count: UInt8(name.bytes.count),
                field: field
            )
            for (offset, byte) in name.bytes.enumerated() { names[start + offset] = byte }
            start += name.bytes.count
        }
    }

    func field(named raw: UnsafeRawBufferPointer, hash: UInt64) -> KnownField? {
        var slot = Int(truncatingIfNeeded: hash) & (KnownFieldTable.size - 1)
        while entries[slot].count > 0 {
            let entry = entries[slot]
            if entry.hash == hash, Int(entry.count) == raw.count, matches(raw, entry) { return entry.field }
            slot = (slot + 1) & (KnownFieldTable.size - 1)
        }
        return nil
    }

    private func matches(_ raw: UnsafeRawBufferPointer, _ entry: Entry) -> Bool {
        for index in 0..<raw.count where FieldName.fold(raw[index]) != names[Int(entry.start) + index] { return false }
        return true
    }
}
