/// A parsed request-target.
///
/// RFC 9112 section 3.2.
package struct RequestTarget: Sendable {
    /// What the target names.
    package enum Form: Sendable {
        /// `http://host/path` or `https://host/path`: a request to a forward proxy.
        /// The range is where the authority stands in the head.
        case absolute(Scheme, Authority, Range<Int>)
        /// `/path`: a request to the daemon itself.
        case origin
    }

    package let form: Form
    package let path: RequestPath
    /// The place of the query in the head, without its `?`; `nil` where there is no `?`.
    package let query: Range<Int>?

    /// Parses the target of a head.
    ///
    /// CONNECT's authority-form is not handled here.
    ///
    /// - Throws: ``ProxyError/malformedRequest(_:)`` for anything but one of the two forms, spelt canonically: `http` or
    ///   `https` in any letter case, one host, an optional port from 1 to 65535, no userinfo, no fragment.
    package init(_ head: RequestHead) throws(ProxyError) {
        let target = head.target
        let result: Result<RequestTarget, ProxyError> = head.bytes.withUnsafeBytes { bytes in
            do throws(ProxyError) { return .success(try RequestTarget(bytes, target)) } catch { return .failure(error) }
        }
        self = try result.get()
    }

    private init(_ bytes: UnsafeRawBufferPointer, _ target: Range<Int>) throws(ProxyError) {
        var pathStart = target.lowerBound
        if bytes[target.lowerBound] == UInt8(ascii: "/") {
            form = .origin
        } else {
            guard let (scheme, length) = RequestTarget.scheme(bytes[target]) else {
                throw .malformedRequest("the request-target is neither an absolute http URL nor a path")
            }
            let start = target.lowerBound + length
            let end =
                bytes[start..<target.upperBound].firstIndex { "/?#\\".utf8.contains($0) } ?? target.upperBound
            guard let authority = Authority(bytes[start..<end]) else {
                throw .malformedRequest("the request-target does not name one plain host and port")
            }
            form = .absolute(scheme, authority, start..<end)
            pathStart = end
        }
        let queryMark = bytes[pathStart..<target.upperBound].firstIndex(of: UInt8(ascii: "?"))
        let pathEnd = queryMark ?? target.upperBound
        // `http://host` without a path means `/` (RFC 9110 section 4.2.3), but `http://host?query` is ambiguous.
        guard pathEnd > pathStart else { throw .malformedRequest("the request-target has no path; write at least /") }
        path = try RequestPath(bytes, range: pathStart..<pathEnd)
        if let queryMark {
            let range = (queryMark + 1)..<target.upperBound
            try RequestTarget.checkQuery(UnsafeRawBufferPointer(rebasing: bytes[range]))
            query = range
        } else {
            query = nil
        }
    }

    private static func checkQuery(_ query: UnsafeRawBufferPointer) throws(ProxyError) {
        for index in query.indices {
            guard ByteClass.isQuery(query[index]) else {
                throw .malformedRequest("the query holds a byte that must be encoded")
            }
            guard query[index] == UInt8(ascii: "%") else { continue }
            guard index + 2 < query.count, HexDigit.value(of: query[index + 1]) != nil,
                HexDigit.value(of: query[index + 2]) != nil
            else { throw .malformedRequest("the query holds a broken percent-encoding") }
        }
    }

    private static func scheme(_ target: Slice<UnsafeRawBufferPointer>) -> (Scheme, length: Int)? {
        if FieldValue.equalsIgnoringCase(target.prefix(7), "http://") { return (.http, 7) }
        if FieldValue.equalsIgnoringCase(target.prefix(8), "https://") { return (.https, 8) }
        return nil
    }
}

/// A host and the port that was written beside it.
///
/// RFC 3986 section 3.2, without userinfo.
package struct Authority: Hashable, Sendable {
    package let host: HostName
    package let port: UInt16?

    /// Reads `host` or `host:port`; `nil` for anything else, an empty or zero port included.
    package init?(_ bytes: some BidirectionalCollection<UInt8>) {
        var hostBytes = Array(bytes)
        var port: UInt16?
        let bracket = hostBytes.lastIndex(of: UInt8(ascii: "]")) ?? 0
        if let colon = hostBytes[bracket...].firstIndex(of: UInt8(ascii: ":")) {
            let digits = hostBytes[(colon + 1)...]
            guard (1...5).contains(digits.count), digits.first != UInt8(ascii: "0"),
                digits.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = UInt16(String(decoding: digits, as: UTF8.self)), number > 0
            else { return nil }
            port = number
            hostBytes.removeSubrange(colon...)
        }
        guard let host = HostName(hostBytes) else { return nil }
        self.host = host
        self.port = port
    }
}
