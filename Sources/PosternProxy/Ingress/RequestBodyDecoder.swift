internal import PosternCore

/// Follows a request body through its framing.
struct RequestBodyDecoder {
    private enum State {
        case length(remaining: Int)
        case chunked(ChunkedDecoder)
        case complete
    }

    private var state: State

    init(_ framing: BodyFraming) {
        switch framing {
        case .none: state = .complete
        case .length(let length): state = .length(remaining: length)
        case .chunked: state = .chunked(ChunkedDecoder())
        }
    }

    var isComplete: Bool { if case .complete = state { true } else { false } }

    /// Reads a piece of input.
    ///
    /// `data` is called with each run of body bytes.
    ///
    /// - Returns: how much of the input was used up; less than all of it only where the body ends.
    /// - Throws: ``ProxyError/malformedRequest(_:)`` for broken chunks.
    mutating func decode(
        _ input: UnsafeRawBufferPointer,
        _ data: (UnsafeRawBufferPointer) -> Void
    ) throws(ProxyError) -> Int {
        switch state {
        case .complete: return 0
        case .length(let remaining):
            let taken = min(remaining, input.count)
            data(UnsafeRawBufferPointer(rebasing: input[..<taken]))
            state = taken == remaining ? .complete : .length(remaining: remaining - taken)
            return taken
        case .chunked(var decoder):
            var position = 0
            while true {
                switch decoder.next(input, from: &position) {
                case .data(let range): data(UnsafeRawBufferPointer(rebasing: input[range]))
                case .needsMore:
                    state = .chunked(decoder)
                    return position
                case .complete(let end):
                    state = .complete
                    return end
                case .malformed: throw .malformedRequest("the chunked body is malformed")
                }
            }
        }
    }
}

extension ByteQueue {
    /// Moves body bytes out of the queue; returns how many bytes of it were used up.
    ///
    /// - Throws: ``ProxyError/malformedRequest(_:)`` for broken chunks.
    mutating func consumeBody(
        _ decoder: inout RequestBodyDecoder,
        _ data: (UnsafeRawBufferPointer) -> Void
    ) throws(ProxyError) -> Int {
        let result: Result<Int, ProxyError> = withBytes { bytes in
            do throws(ProxyError) { return .success(try decoder.decode(bytes, data)) } catch { return .failure(error) }
        }
        let used = try result.get()
        consume(used)
        return used
    }
}
