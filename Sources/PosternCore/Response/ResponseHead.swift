/// The head of an upstream's answer, parsed strictly: an answer that could be read in two ways could become two
/// answers to the agent.
///
/// RFC 9112 sections 4 to 6.
package struct ResponseHead: Sendable {
    package let bytes: [UInt8]
    package let status: Int
    /// The place of the reason phrase; empty where there is none.
    package let reason: Range<Int>
    package let fields: [HeadField]
    /// The framing of a body, where the request and the status allow one.
    package let body: ResponseFraming
    /// Whether the upstream will take another request on this connection.
    package let keepsConnection: Bool
    /// The folded names that Connection lists.
    package let connectionOptions: [FieldName]

    /// Parses a head that ``HeadScanner`` found complete.
    ///
    /// `isAnswerToHead` says whether it answers HEAD, and so has no body whatever its fields say.
    ///
    /// - Throws: ``UpstreamError/responseMalformed``.
    package init(
        _ source: UnsafeRawBufferPointer,
        isAnswerToHead: Bool,
        limits: ResponseLimits = ResponseLimits()
    ) throws(UpstreamError) {
        let lineEnd = (source.place(of: 0x0a, from: 0) ?? source.count) - 1
        let isHTTP11 = source.prefix(9).elementsEqual("HTTP/1.1 ".utf8)
        guard lineEnd >= 12, isHTTP11 || source.prefix(9).elementsEqual("HTTP/1.0 ".utf8),
            let status = FieldValue.contentLength(source[9..<12]), (100...599).contains(status),
            lineEnd == 12 || source[12] == 0x20,
            source[12..<lineEnd].allSatisfy(ByteClass.isFieldValue)
        else { throw .responseMalformed }
        var fields: [HeadField] = []
        fields.reserveCapacity(16)
        var facts = Facts()
        var start = lineEnd + 2
        while true {
            let end = (source.place(of: 0x0a, from: start) ?? source.count) - 1
            if end == start { break }
            guard fields.count < limits.maxFields, let field = HeadField.parse(source, in: start..<end) else {
                throw .responseMalformed
            }
            try facts.note(field, in: source)
            fields.append(field)
            start = end + 2
        }
        bytes = Array(source)
        self.status = status
        reason = min(lineEnd, 13)..<lineEnd
        self.fields = fields
        connectionOptions = facts.connection.options
        keepsConnection = facts.connection.keepsConnection(inHTTP11: isHTTP11)
        if status < 200 || status == 204 || status == 304 || isAnswerToHead {
            body = .none
        } else if facts.isChunked {
            guard isHTTP11 else { throw .responseMalformed }
            body = .chunked
        } else if let length = facts.contentLength {
            body = length == 0 ? .none : .length(length)
        } else {
            body = .untilClose
        }
    }

    /// Whether the body is in a coding in which bytes cannot be searched.
    ///
    /// RFC 9110 section 8.4.
    package var isContentEncoded: Bool { names(.contentEncoding) || hasEncodedMessages }

    /// Whether messages in the body are compressed one by one, as gRPC and Connect have it.
    package var hasEncodedMessages: Bool { names(.messageEncoding) }

    /// The values of all Content-Encoding fields, joined by commas.
    package var contentCodings: [UInt8] {
        Array(fields.filter { $0.known == .contentEncoding }.map { bytes[$0.value] }.joined(separator: ",".utf8))
    }

    /// Whether a field of this kind lists a coding other than `identity`.
    private func names(_ known: KnownField) -> Bool {
        var found = false
        bytes.withUnsafeBytes { bytes in
            for field in fields where field.known == known {
                FieldValue.members(UnsafeRawBufferPointer(rebasing: bytes[field.value])) { name in
                    if !FieldValue.equalsIgnoringCase(name, "identity") { found = true }
                }
            }
        }
        return found
    }

    private struct Facts {
        var contentLength: Int?
        var isChunked = false
        var connection = ConnectionField()

        mutating func note(_ field: HeadField, in source: UnsafeRawBufferPointer) throws(UpstreamError) {
            guard let known = field.known else { return }
            let value = UnsafeRawBufferPointer(rebasing: source[field.value])
            switch known {
            case .contentLength:
                try requireExactSpelling(of: field, in: source)
                guard contentLength == nil, let length = FieldValue.contentLength(value) else {
                    throw .responseMalformed
                }
                contentLength = length
            case .transferEncoding:
                try requireExactSpelling(of: field, in: source)
                guard !isChunked, FieldValue.equalsIgnoringCase(value, "chunked") else { throw .responseMalformed }
                isChunked = true
            case .connection:
                connection.note(value)
                guard !connection.isExcessive else { throw .responseMalformed }
            default: break
            }
            if isChunked, contentLength != nil { throw .responseMalformed }
        }

        /// `Content_Length` is known under its folded name, but it is not framing to anybody else.
        private func requireExactSpelling(
            of field: HeadField,
            in source: UnsafeRawBufferPointer
        ) throws(UpstreamError) {
            if source[field.name].contains(UInt8(ascii: "_")) { throw .responseMalformed }
        }
    }
}

/// How long a response body is.
///
/// RFC 9112 section 6.3.
package enum ResponseFraming: Hashable, Sendable {
    case none
    case length(Int)
    case chunked
    case untilClose
}

/// What the head of an answer may measure.
package struct ResponseLimits: Hashable, Sendable {
    package var maxHeadBytes = 65_536
    package var maxFields = 200
    /// Interim (1xx) heads before the final one.
    package var maxInterimHeads = 16

    package init() {}
}
