internal import PosternCore

/// Writes HTTP/1.1 text from the fields of a HEADERS frame, one after the other.
///
/// nghttp2 has checked most of what is checked here (RFC 9113 sections 8.2 and 8.3). What could turn one field into two
/// lines, or one request into two, is checked again: here is where a mistake would become a smuggled request.
struct IncomingHead {
    enum Kind { case request, response, trailers }

    let kind: Kind
    private let limits: HTTP2Limits
    private(set) var problem: HTTP2HeadError?
    private(set) var status = 0
    /// Bytes of all names and values, whether they were kept or not.
    private(set) var receivedBytes = 0

    private var text: [UInt8] = []
    private var pseudo: [PseudoField: [UInt8]] = [:]
    private var hasStartLine = false
    private var fieldCount = 0
    private var host: [UInt8]?
    private var cookie: [UInt8] = []
    private var hasContentLength = false

    private enum PseudoField: Hashable { case method, scheme, authority, path, status }

    init(_ kind: Kind, limits: HTTP2Limits) {
        self.kind = kind
        self.limits = limits
        hasStartLine = kind == .trailers
    }

    mutating func append(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        receivedBytes += name.count + value.count + 4
        guard problem == nil else { return }
        guard receivedBytes <= limits.maxHeadBytes else { return fail(.tooLarge) }
        guard value.allSatisfy(ByteClass.isFieldValue) else { return fail("a field value has a control character") }
        if name.first == UInt8(ascii: ":") {
            appendPseudo(name: name, value: value)
        } else {
            if !hasStartLine { writeStartLine() }
            if problem == nil { appendField(name: name, value: value) }
        }
    }

    /// The text with its end, or what was wrong with it.
    mutating func finish(endsStream: Bool) -> Result<[UInt8], HTTP2HeadError> {
        if problem == nil, !hasStartLine { writeStartLine() }
        if kind == .request, problem == nil, host == nil { fail("there is no :authority") }
        if let problem { return .failure(problem) }
        guard kind != .trailers else { return .success(text) }
        if !cookie.isEmpty { writeLine("Cookie", cookie) }
        // How RequestHead says that a body of unknown length follows.
        if kind == .request, !endsStream, !hasContentLength { writeLine("Transfer-Encoding", "chunked".utf8) }
        text.append(contentsOf: "\r\n".utf8)
        return .success(text)
    }

    private mutating func fail(_ error: HTTP2HeadError) { problem = error }

    private mutating func fail(_ reason: String) { problem = .malformed(reason) }

    private mutating func appendPseudo(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        guard !hasStartLine else { return fail("a pseudo-header field stands behind others") }
        let field: PseudoField
        switch kind {
        case .request where name.elementsEqual(":method".utf8): field = .method
        case .request where name.elementsEqual(":scheme".utf8): field = .scheme
        case .request where name.elementsEqual(":authority".utf8): field = .authority
        case .request where name.elementsEqual(":path".utf8): field = .path
        case .response where name.elementsEqual(":status".utf8): field = .status
        case .request, .response, .trailers: return fail("a pseudo-header field is unknown")
        }
        guard !value.isEmpty, !value.contains(0x20), !value.contains(0x09) else {
            return fail("a pseudo-header field is empty or has a space in it")
        }
        guard pseudo.updateValue(Array(value), forKey: field) == nil else {
            return fail("a pseudo-header field is there more than once")
        }
    }

    private mutating func writeStartLine() {
        hasStartLine = true
        text.reserveCapacity(512)
        if kind == .response { writeStatusLine() } else { writeRequestLine() }
    }

    private mutating func writeStatusLine() {
        guard let digits = pseudo[.status], digits.count == 3, let number = FieldValue.contentLength(digits) else {
            return fail(":status is missing or not a number")
        }
        status = number
        text.append(contentsOf: "HTTP/1.1 ".utf8)
        text.append(contentsOf: digits)
        text.append(contentsOf: " \r\n".utf8)
    }

    private mutating func writeRequestLine() {
        guard let method = pseudo[.method], method.allSatisfy(ByteClass.isToken) else {
            return fail(":method is missing or not a token")
        }
        guard !method.elementsEqual("CONNECT".utf8) else { return fail(.connect) }
        // Only TLS leads here: any other scheme is a claim that something behind us could believe.
        guard let scheme = pseudo[.scheme], FieldValue.equalsIgnoringCase(scheme, "https") else {
            return fail(":scheme is not https")
        }
        guard let path = pseudo[.path],
            path.first == UInt8(ascii: "/") || method.elementsEqual("OPTIONS".utf8) && path.elementsEqual("*".utf8)
        else { return fail(":path is not a path") }
        guard path.count <= limits.maxFieldBytes else { return fail(.targetTooLong) }
        text.append(contentsOf: method)
        text.append(0x20)
        text.append(contentsOf: path)
        text.append(contentsOf: " HTTP/1.1\r\n".utf8)
        guard let authority = pseudo[.authority] else { return }
        host = authority
        writeLine("Host", authority)
    }

    private mutating func appendField(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        guard name.count + value.count + 2 <= limits.maxFieldBytes else { return fail(.tooLarge) }
        guard !name.isEmpty, name.allSatisfy({ ByteClass.isToken($0) && !(0x41...0x5a).contains($0) }) else {
            return fail("a field name is not one, or not in lower case")
        }
        switch KnownField.named(name, hash: FieldName.hash(of: name)) {
        case .host: return noteHost(Array(value))
        // Cookie2 is known as the same field, but is not the same.
        case .cookie where kind == .request && name.count == 6: return noteCookie(value)
        case .contentLength:
            guard kind != .trailers else { return }
            guard !hasContentLength else { return fail("content-length is there more than once") }
            hasContentLength = true
        case .connection, .keepAlive, .proxyConnection, .transferEncoding, .upgrade:
            return fail("a field is there that belongs to HTTP/1")
        default: break
        }
        countField()
        writeLine(name, value)
    }

    private mutating func countField() {
        fieldCount += 1
        if fieldCount > limits.maxFields { fail(.tooLarge) }
    }

    /// Host may stand in for `:authority`, or repeat it (RFC 9113 section 8.3.1).
    private mutating func noteHost(_ value: [UInt8]) {
        guard kind == .request else { return }
        if let host {
            // What was compared once is gone, so that a second host has nothing to be equal to.
            guard pseudo.removeValue(forKey: .authority) != nil, equalsIgnoringCase(host, value) else {
                return fail("host is not :authority, or there more than once")
            }
        } else {
            host = value
            writeLine("Host", value)
        }
    }

    /// Puts the pieces of Cookie together again (RFC 9113 section 8.2.3).
    private mutating func noteCookie(_ value: UnsafeRawBufferPointer) {
        if cookie.isEmpty { countField() } else { cookie.append(contentsOf: "; ".utf8) }
        cookie.append(contentsOf: value)
        if cookie.count > limits.maxFieldBytes { fail(.tooLarge) }
    }

    private func equalsIgnoringCase(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        func lower(_ byte: UInt8) -> UInt8 { (0x41...0x5a).contains(byte) ? byte | 0x20 : byte }
        return left.elementsEqual(right) { lower($0) == lower($1) }
    }

    private mutating func writeLine(_ name: StaticString, _ value: some Collection<UInt8>) {
        writeLine(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount), value)
    }

    private mutating func writeLine(_ name: some Collection<UInt8>, _ value: some Collection<UInt8>) {
        text.append(contentsOf: name)
        text.append(contentsOf: ": ".utf8)
        text.append(contentsOf: value)
        text.append(contentsOf: "\r\n".utf8)
    }
}
