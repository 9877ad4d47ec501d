/// The head of a request, parsed once and strictly.
///
/// RFC 9112 sections 3 to 6.
///
/// A class, since it is never changed and passes through every stage: one count of references instead of three copies.
package final class RequestHead: Sendable {
    /// The minor version of HTTP/1.
    package enum Version: Sendable { case http10, http11 }

    /// The whole head with its last empty line.
    package let bytes: [UInt8]
    package let method: Method
    /// The request-target, as it was written.
    package let target: Range<Int>
    package let version: Version
    package let fields: [HeadField]
    package let body: BodyFraming
    /// Whether the client wants or allows another request on this connection.
    package let keepsConnection: Bool
    /// Whether the client waits for `100 Continue`.
    ///
    /// RFC 9110 section 10.1.1.
    package let expectsContinue: Bool
    /// The value of Host; always there in HTTP/1.1.
    package let host: Range<Int>?
    /// The folded names that Connection lists, each to be removed.
    ///
    /// RFC 9110 section 7.6.1.
    package let connectionOptions: [FieldName]

    init(
        bytes: [UInt8],
        method: Method,
        target: Range<Int>,
        version: Version,
        fields: [HeadField],
        body: BodyFraming,
        keepsConnection: Bool,
        expectsContinue: Bool,
        host: Range<Int>?,
        connectionOptions: [FieldName]
    ) {
        self.bytes = bytes
        self.method = method
        self.target = target
        self.version = version
        self.fields = fields
        self.body = body
        self.keepsConnection = keepsConnection
        self.expectsContinue = expectsContinue
        self.host = host
        self.connectionOptions = connectionOptions
    }

    /// The bytes in a range of the head.
    package subscript(range: Range<Int>) -> ArraySlice<UInt8> { bytes[range] }

    /// The value of the one field of a kind.
    ///
    /// - Throws: ``ProxyError/malformedRequest(_:)`` where there are several.
    package func value(of known: KnownField) throws(ProxyError) -> Range<Int>? {
        var found: Range<Int>?
        for field in fields where field.known == known {
            guard found == nil else { throw .malformedRequest("the field \(text(field.name)) is there more than once") }
            found = field.value
        }
        return found
    }

    /// Whether a field has this name.
    func isNamed(_ field: HeadField, _ name: FieldName) -> Bool {
        bytes.withUnsafeBytes { name.matches(UnsafeRawBufferPointer(rebasing: $0[field.name]), hash: field.hash) }
    }

    /// The text in a range, for messages.
    package func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
}

/// How long a request body is.
///
/// RFC 9112 section 6.
package enum BodyFraming: Hashable, Sendable {
    case none
    case length(Int)
    case chunked
}
