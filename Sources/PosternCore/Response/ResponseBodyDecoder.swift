internal import Glibc

/// Follows a response body through its framing and leaves its bytes together.
package struct ResponseBodyDecoder: Sendable {
    private enum State {
        case length(remaining: Int)
        case chunked(ChunkedDecoder)
        case untilClose
        case complete
    }

    /// What a piece of input came to.
    package struct Progress: Equatable, Sendable {
        /// How many bytes of the body now stand together at the start of the input.
        package let decoded: Int
        /// How many bytes behind the end of the body the input had.
        ///
        /// There should be none.
        package let surplus: Int
    }

    private var state: State

    package init(_ framing: ResponseFraming) {
        switch framing {
        case .none: state = .complete
        case .length(let length): state = .length(remaining: length)
        case .chunked: state = .chunked(ChunkedDecoder())
        case .untilClose: state = .untilClose
        }
    }

    package var isComplete: Bool { if case .complete = state { true } else { false } }

    /// Whether the end of the connection is the proper end of the body.
    package var endsWithConnection: Bool { if case .untilClose = state { true } else { false } }

    /// Reads a piece of input and moves the body's bytes in it to its start.
    ///
    /// - Throws: ``UpstreamError/responseMalformed`` for broken chunks.
    package mutating func decode(_ input: UnsafeMutableRawBufferPointer) throws(UpstreamError) -> Progress {
        switch state {
        case .complete: return Progress(decoded: 0, surplus: input.count)
        case .untilClose: return Progress(decoded: input.count, surplus: 0)
        case .length(let remaining):
            let taken = min(remaining, input.count)
            state = taken == remaining ? .complete : .length(remaining: remaining - taken)
            return Progress(decoded: taken, surplus: input.count - taken)
        case .chunked(var decoder):
            var position = 0
            var decoded = 0
            while true {
                switch decoder.next(UnsafeRawBufferPointer(input), from: &position) {
                case .data(let range):
                    if range.lowerBound != decoded, let base = input.baseAddress {
                        memmove(base + decoded, base + range.lowerBound, range.count)
                    }
                    decoded += range.count
                case .needsMore:
                    state = .chunked(decoder)
                    return Progress(decoded: decoded, surplus: 0)
                case .complete(let end):
                    state = .complete
                    return Progress(decoded: decoded, surplus: input.count - end)
                case .malformed: throw .responseMalformed
                }
            }
        }
    }
}
