internal import PosternCore

/// The header fields of a call: the client's, without those that would choose the credential, the host or the framing, and
/// those that every call has.
struct CallFields: Sendable {
    /// Name and value, in order.
    let fields: [(name: String, value: String)]

    /// Checks what a client wants to send; a call with a JSON body says so.
    init(_ given: [(name: String, value: String)], hasBody: Bool) throws(SDKRefusal) {
        var fields: [(name: String, value: String)] = []
        for (name, value) in given {
            let name = CallFields.trimmed(name)
            let compared = FieldName(name)
            guard !name.isEmpty, name.utf8.allSatisfy(ByteClass.isToken),
                value.utf8.allSatisfy(ByteClass.isFieldValue)
            else { throw CallFields.refusal("a header field is not well formed") }
            guard !CallFields.forbidden.contains(compared),
                !CallFields.forbiddenPrefixes.contains(where: compared.bytes.starts(with:))
            else { throw CallFields.refusal("the header field \(name) is not the caller's to set") }
            // What is compressed could not be searched for the credential.
            guard compared != CallFields.acceptEncoding else { continue }
            fields.append((name, value))
        }
        let usual = [
            ("User-Agent", "postern/\(Version.current)"), ("Accept", "*/*"), ("Accept-Encoding", "identity"),
        ]
        let names = Set(fields.map { FieldName($0.name) })
        if hasBody, !names.contains(FieldName("Content-Type")) { fields.append(("Content-Type", "application/json")) }
        self.fields = fields + usual.filter { !names.contains(FieldName($0.0)) }
    }

    private static func refusal(_ message: String) -> SDKRefusal {
        SDKRefusal(status: 422, code: "forbidden_header", message: message)
    }

    private static func trimmed(_ name: String) -> String {
        String(name.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }

    private static let acceptEncoding = FieldName("accept-encoding")

    /// `Postern-…` is between its clients and Postern, `X-Alter-…` between programs and this API.
    private static let forbiddenPrefixes = ["postern-", "x-alter-"].map { Array($0.utf8) }

    private static let forbidden = Set(
        [
            // Credentials.
            "host", "authorization", "proxy-authorization", "authentication", "cookie", "set-cookie", "x-api-key",
            "x-auth-token", "x-amz-security-token", "x-amz-date", "x-amz-content-sha256", "x-goog-authorization",
            "x-goog-iam-authorization-token", "x-stripe-account", "x-shopify-access-token",
            // Another method than the one that is judged.
            "x-http-method", "x-http-method-override", "x-method-override",
            // Framing and the connection.
            "connection", "content-length", "expect", "keep-alive", "proxy-connection", "te", "trailer",
            "transfer-encoding", "upgrade",
        ].map { FieldName($0) }
    )
}
