internal import CCoding

/// Undoes one coding, for callers that keep the input and the output.
final class StreamDecoder {
    /// What can be undone.
    enum Coding {
        case gzip
        /// Either of the two, told apart by their headers.
        case gzipOrZlib
        /// A zlib stream, or the bare deflate data that some servers send in its place.
        case deflate
        case brotli
        case zstd
    }

    /// What one step came to.
    struct Progress {
        enum Status {
            /// All input was used up, and all that comes out of it was written.
            case drained
            /// The room is full; there may be more, even if no input is left.
            case full
            /// The input is not, or not any longer, in this coding.
            case failed
        }

        let status: Status
        let consumed: Int
        let produced: Int
    }

    private let decoder: OpaquePointer

    /// - Returns: `nil` if memory is short.
    init?(_ coding: Coding) {
        let name =
            switch coding {
            case .gzip: POSTERN_GZIP
            case .gzipOrZlib: POSTERN_GZIP_OR_ZLIB
            case .deflate: POSTERN_DEFLATE
            case .brotli: POSTERN_BROTLI
            case .zstd: POSTERN_ZSTD
            }
        guard let decoder = postern_decoder_create(name) else { return nil }
        self.decoder = decoder
    }

    deinit { postern_decoder_destroy(decoder) }

    /// Whether the input could end here: nothing was begun, or what was begun has ended.
    var isAtEnd: Bool { postern_decoder_is_at_end(decoder) }

    /// Takes a step; `room` is not empty, and `input` is so only after a step that found the room full.
    func decode(_ input: UnsafeRawBufferPointer, into room: UnsafeMutableRawBufferPointer) -> Progress {
        let step = postern_decoder_next(
            decoder,
            input.baseAddress?.assumingMemoryBound(to: UInt8.self),
            input.count,
            room.baseAddress?.assumingMemoryBound(to: UInt8.self),
            room.count
        )
        let status: Progress.Status =
            switch step.status {
            case POSTERN_DECODER_DRAINED: .drained
            case POSTERN_DECODER_FULL: .full
            default: .failed
            }
        return Progress(status: status, consumed: step.consumed, produced: step.produced)
    }
}

/// How much may come out of compressed bytes before looking on would be a way to stop the proxy.
struct ExpansionLimit {
    /// How many times as long the output may be, beyond a start that is free.
    private static let maxRatio = 200
    private static let freeBytes = 16 * 1024 * 1024

    private var consumed = 0
    private var produced = 0

    /// Whether more came out than may.
    var isExceeded: Bool {
        produced > ExpansionLimit.freeBytes && produced / ExpansionLimit.maxRatio > consumed
    }

    mutating func consume(_ count: Int) { consumed += count }
    mutating func produce(_ count: Int) { produced += count }
}
