package import PosternCore

extension RequestHead {
    /// Scans and parses a head in the way in which a connection does.
    ///
    /// What follows the head is ignored.
    package static func read(
        _ bytes: [UInt8],
        limits: RequestLimits = RequestLimits()
    ) throws(ProxyError) -> RequestHead {
        var scanner = HeadScanner()
        let result: Result<RequestHead, ProxyError> = bytes.withUnsafeBytes { bytes in
            do throws(ProxyError) {
                switch scanner.scan(bytes) {
                case .malformed: throw .malformedRequest("a line")
                case .incomplete: throw .requestTimeout
                case .complete(let length):
                    guard length <= limits.maxHeadBytes else { throw .headerTooLarge }
                    let head = UnsafeRawBufferPointer(rebasing: bytes[..<length])
                    return .success(try RequestHeadParser(limits: limits).parse(head))
                }
            } catch { return .failure(error) }
        }
        return try result.get()
    }

    /// Reads a head given as text; see ``latin1(_:)``.
    package static func read(_ text: String, limits: RequestLimits = RequestLimits()) throws(ProxyError) -> RequestHead
    {
        try read(latin1(text), limits: limits)
    }
}

extension IngressRequest {
    /// Reads a head as a request from a client on this machine.
    package static func read(_ text: String) throws(ProxyError) -> IngressRequest {
        try IngressRequest(try RequestHead.read(text), from: Peer(origin: .process(userID: 1000, processID: 1)))
    }
}

extension ResponseHead {
    /// Scans and parses a head in the way in which an exchange does.
    package static func read(_ bytes: [UInt8], isAnswerToHead: Bool = false) throws(UpstreamError) -> ResponseHead {
        var scanner = HeadScanner()
        let result: Result<ResponseHead, UpstreamError> = bytes.withUnsafeBytes { bytes in
            do throws(UpstreamError) {
                switch scanner.scan(bytes) {
                case .malformed: throw .responseMalformed
                case .incomplete: throw .responseTimeout
                case .complete(let length):
                    let head = UnsafeRawBufferPointer(rebasing: bytes[..<length])
                    return .success(try ResponseHead(head, isAnswerToHead: isAnswerToHead))
                }
            } catch { return .failure(error) }
        }
        return try result.get()
    }

    /// Reads a head given as text; see ``latin1(_:)``.
    package static func read(_ text: String, isAnswerToHead: Bool = false) throws(UpstreamError) -> ResponseHead {
        try read(latin1(text), isAnswerToHead: isAnswerToHead)
    }
}

/// The code of the refusal that `body` ends in, or `accepted`.
package func code(_ body: () throws(ProxyError) -> Void) -> String {
    do throws(ProxyError) {
        try body()
        return "accepted"
    } catch { return ProblemDetails(error).code }
}
