/// The fields that Postern treats in a way of their own. Every other one is forwarded as it came.
package enum KnownField: UInt8, Sendable, CaseIterable {
    // Framing and routing: read once, never forwarded, written anew.
    case host, contentLength, transferEncoding, expect
    // Connection options, RFC 9110 section 7.6.1, and the older fields that clients still send.
    case connection, keepAlive, proxyConnection, te, trailer, upgrade, http2Settings
    // Talk with the proxy itself.
    case proxyAuthorization, proxyAuthenticate, proxyAuthenticationInfo, proxyStatus
    // Read by Postern and not forwarded.
    case posternGrant, posternRun, posternRole, posternContext, alterContext
    // Read by Postern and forwarded.
    case traceparent
    // Asks for parts or codings of an answer, in which a credential could hide from the scrubber.
    case acceptEncoding, range, ifRange
    // Claims about who asked or what was asked, which origins believe from proxies.
    case provenance
    // Where credentials travel; see `credentialNames`.
    case credential
    case cookie
    case userAgent
    // Of responses.
    case setCookie, contentEncoding, etag, digest, altSvc, date, location

    /// Names that some provider reads a credential from. All of them are removed from a request that is given one:
    /// SDKs send placeholders in more than one place, and a second credential could win over ours.
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
        ("http2-settings", .http2Settings), ("proxy-authorization", .proxyAuthorization),
        ("proxy-authenticate", .proxyAuthenticate), ("proxy-authentication-info", .proxyAuthenticationInfo),
        ("proxy-status", .proxyStatus), ("postern-grant", .posternGrant), ("postern-run", .posternRun),
        ("postern-role", .posternRole), ("postern-context", .posternContext), ("x-alter-context", .alterContext),
        ("traceparent", .traceparent), ("accept-encoding", .acceptEncoding), ("range", .range),
        ("if-range", .ifRange), ("cookie", .cookie), ("cookie2", .cookie), ("user-agent", .userAgent),
        ("set-cookie", .setCookie), ("set-cookie2", .setCookie), ("content-encoding", .contentEncoding),
        ("etag", .etag), ("digest", .digest), ("content-digest", .digest), ("repr-digest", .digest),
        ("content-md5", .digest), ("alt-svc", .altSvc), ("alt-used", .altSvc), ("date", .date),
        ("location", .location),
    ]

    /// An open-addressing table from folded names to fields: at most a few probes, no allocation.
    private static let table: [(name: FieldName, field: KnownField)?] = {
        var table = [(name: FieldName, field: KnownField)?](repeating: nil, count: 512)
        let all =
            singleNames + credentialNames.map { ($0, .credential) } + provenanceNames.map { ($0, .provenance) }
        for (text, field) in all {
            let name = FieldName(text)
            var slot = Int(truncatingIfNeeded: name.hashValue64) & 511
            while table[slot] != nil { slot = (slot + 1) & 511 }
            table[slot] = (name, field)
        }
        return table
    }()

    /// The field that a raw name stands for, if it is known.
    package static func named(_ raw: UnsafeRawBufferPointer, hash: UInt64) -> KnownField? {
        var slot = Int(truncatingIfNeeded: hash) & 511
        while let entry = table[slot] {
            if entry.name.matches(raw, hash: hash) { return entry.field }
            slot = (slot + 1) & 511
        }
        return nil
    }
}
