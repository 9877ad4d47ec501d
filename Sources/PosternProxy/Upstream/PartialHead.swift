internal import PosternCore

/// A head of HTTP/1 that may arrive in pieces.
struct PartialHead {
    private var bytes = ByteQueue()
    private var scanner = HeadScanner()

    /// Whether nothing of it has arrived.
    var isEmpty: Bool { bytes.isEmpty }

    /// Looks for the end of the head in what has just arrived.
    ///
    /// - Returns: the head and how many bytes of `buffer` it takes; `nil` if it has not arrived whole.
    /// - Throws: ``UpstreamError/responseMalformed``.
    mutating func next(
        in buffer: UnsafeRawBufferPointer,
        isAnswerToHead: Bool
    ) throws(UpstreamError) -> (ResponseHead, used: Int)? {
        let before = bytes.count
        if before > 0 { bytes.append(buffer) }
        var scanner = scanner
        let found: Result<(ResponseHead, Int)?, UpstreamError> =
            before > 0
            ? bytes.withBytes { PartialHead.look($0, &scanner, isAnswerToHead) }
            : PartialHead.look(buffer, &scanner, isAnswerToHead)
        guard let (head, length) = try found.get() else {
            self.scanner = scanner
            if before == 0 { bytes.append(buffer) }
            return nil
        }
        self = PartialHead()
        return (head, length - before)
    }

    private static func look(
        _ bytes: UnsafeRawBufferPointer,
        _ scanner: inout HeadScanner,
        _ isAnswerToHead: Bool
    ) -> Result<(ResponseHead, Int)?, UpstreamError> {
        let limits = ResponseLimits()
        switch scanner.scan(bytes) {
        case .malformed: return .failure(.responseMalformed)
        case .incomplete: return bytes.count > limits.maxHeadBytes ? .failure(.responseMalformed) : .success(nil)
        case .complete(let length):
            guard length <= limits.maxHeadBytes else { return .failure(.responseMalformed) }
            let source = UnsafeRawBufferPointer(rebasing: bytes[..<length])
            do throws(UpstreamError) {
                return .success((try ResponseHead(source, isAnswerToHead: isAnswerToHead, limits: limits), length))
            } catch { return .failure(error) }
        }
    }
}
