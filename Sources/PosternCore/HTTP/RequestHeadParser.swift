/// Turns the bytes of a whole head into a ``RequestHead``, or says what is wrong with them.
package struct RequestHeadParser: Sendable {
    private let limits: RequestLimits

    package init(limits: RequestLimits) { self.limits = limits }

    /// Parses a head that ``HeadScanner`` found complete, so every line ends in CRLF.
    package func parse(_ source: UnsafeRawBufferPointer) throws(ProxyError) -> RequestHead {
        let lineEnd = endOfLine(source, from: 0)
        let line = try requestLine(source, end: lineEnd)
        var facts = HeadFacts()
        var fields: [HeadField] = []
        fields.reserveCapacity(16)
        var start = lineEnd + 2
        while true {
            let end = endOfLine(source, from: start)
            if end == start { break }
            guard end - start <= limits.maxFieldBytes, fields.count < limits.maxFields else { throw .headerTooLarge }
            guard let field = HeadField.parse(source, in: start..<end) else {
                throw .malformedRequest("a header line is malformed")
            }
            try facts.note(field, in: source)
            fields.append(field)
            start = end + 2
        }
        let isHTTP11 = line.version == .http11
        // Of CONNECT the target says it all, and clients leave Host out of it.
        if isHTTP11, facts.host == nil, line.method != .connect {
            throw .malformedRequest("the Host field is missing")
        }
        if facts.isChunked, !isHTTP11 {
            throw .malformedRequest("Transfer-Encoding does not exist in HTTP/1.0")
        }
        return RequestHead(
            bytes: Array(source),
            method: line.method,
            target: line.target,
            version: line.version,
            fields: fields,
            body: facts.isChunked ? .chunked : facts.contentLength.map { $0 == 0 ? .none : .length($0) } ?? .none,
            keepsConnection: facts.connection.keepsConnection(inHTTP11: isHTTP11),
            expectsContinue: facts.expectsContinue && isHTTP11,
            host: facts.host,
            connectionOptions: facts.connection.options
        )
    }

    private func requestLine(
        _ source: UnsafeRawBufferPointer,
        end: Int
    ) throws(ProxyError) -> (method: Method, target: Range<Int>, version: RequestHead.Version) {
        // Exactly two single spaces: RFC 9112 section 3 asks for them, and lenient splitting is ambiguous.
        guard let firstSpace = source[..<end].firstIndex(of: 0x20),
            let secondSpace = source[(firstSpace + 1)..<end].firstIndex(of: 0x20),
            source[..<firstSpace].allSatisfy(ByteClass.isToken), firstSpace > 0
        else { throw .malformedRequest("the request line is malformed") }
        let version: RequestHead.Version
        switch source[(secondSpace + 1)..<end] {
        case let text where text.elementsEqual("HTTP/1.1".utf8): version = .http11
        case let text where text.elementsEqual("HTTP/1.0".utf8): version = .http10
        default: throw .malformedRequest("the protocol version is not HTTP/1.0 or HTTP/1.1")
        }
        let target = (firstSpace + 1)..<secondSpace
        guard !target.isEmpty else { throw .malformedRequest("the request-target is empty") }
        guard target.count <= limits.maxFieldBytes else { throw .targetTooLong }
        guard let method = RequestHeadParser.method(source[..<firstSpace]) else { throw .methodNotSupported }
        return (method, target, version)
    }

    private static func method(_ name: Slice<UnsafeRawBufferPointer>) -> Method? {
        Method.allCases.first { name.elementsEqual($0.rawValue.utf8) }
    }

    private func endOfLine(_ source: UnsafeRawBufferPointer, from start: Int) -> Int {
        // The scanner has seen CRLF at the end of each line, and no LF without a CR.
        (source[start...].firstIndex(of: 0x0a) ?? source.count) - 1
    }
}

/// What the fields of a head say together about framing and the connection.
private struct HeadFacts {
    var host: Range<Int>?
    var contentLength: Int?
    var isChunked = false
    var connection = ConnectionField()
    var expectsContinue = false

    mutating func note(_ field: HeadField, in source: UnsafeRawBufferPointer) throws(ProxyError) {
        guard let known = field.known else { return }
        let value = UnsafeRawBufferPointer(rebasing: source[field.value])
        switch known {
        case .host:
            guard host == nil else { throw .malformedRequest("the Host field is there more than once") }
            host = field.value
        case .contentLength:
            try requireExactSpelling(of: field, in: source)
            // Also when equal: RFC 9112 section 6.3 would allow it, and it has never been an honest client's doing.
            guard contentLength == nil, let length = FieldValue.contentLength(value) else {
                throw .malformedRequest("Content-Length is not one plain number")
            }
            contentLength = length
        case .transferEncoding:
            try requireExactSpelling(of: field, in: source)
            guard !isChunked, FieldValue.equalsIgnoringCase(value, "chunked") else {
                throw .malformedRequest("Transfer-Encoding is something other than chunked")
            }
            isChunked = true
        case .connection:
            connection.note(value)
            guard !connection.isExcessive else { throw .headerTooLarge }
        case .expect:
            guard FieldValue.equalsIgnoringCase(value, "100-continue") else { throw .expectationFailed }
            expectsContinue = true
        default: break
        }
        if isChunked, contentLength != nil {
            throw .malformedRequest("Content-Length and Transfer-Encoding are both there")
        }
    }

    /// Framing fields are compared without folding `_`: `Content_Length` is not framing to us, and must not become
    /// framing to an origin that folds.
    private func requireExactSpelling(of field: HeadField, in source: UnsafeRawBufferPointer) throws(ProxyError) {
        if source[field.name].contains(UInt8(ascii: "_")) {
            throw .malformedRequest("a framing field is spelt with an underscore")
        }
    }
}
