/// Undoes the content codings of a body as it arrives, in constant memory.
///
/// The caller feeds a piece and then takes output until more input is needed, at the pace of whoever it is for: what was
/// fed stays here until it is used up. Output of a kind that would keep the proxy busy with next to no input is refused.
/// RFC 9110 section 8.4.1; RFC 9659 for the windows of zstd.
package final class ContentDecoder {
    /// What there is to take.
    package enum Step: Hashable, Sendable {
        /// So many bytes stand at the start of the room, and there may be more.
        case output(Int)
        case needsInput
        /// The body is not in the codings it is said to be in.
        case malformed
        /// It is so much longer than what was received that going on would only serve to stop the proxy.
        case excessive
    }

    /// More than this nobody sends in earnest.
    private static let maxCodings = 3

    private let first: CodingLayer
    private let last: CodingLayer
    private let limit: CodingLayer.Limit
    private var failure: Step?

    /// Reads the values of all Content-Encoding fields, joined by commas.
    ///
    /// - Returns: `nil` if there is no coding in them but `identity`, one that is not known, or too many; or memory is
    ///   short.
    package init?(codings: [UInt8]) {
        var known: [StreamDecoder.Coding?] = []
        codings.withUnsafeBytes { value in
            FieldValue.members(value) { name in
                if !FieldValue.equalsIgnoringCase(name, "identity") { known.append(ContentDecoder.coding(named: name)) }
            }
        }
        guard known.count <= ContentDecoder.maxCodings else { return nil }
        limit = CodingLayer.Limit()
        var layers: [CodingLayer] = []
        // They are listed in the order in which they were applied.
        for coding in known.reversed() {
            guard let coding, let decoder = StreamDecoder(coding) else { return nil }
            layers.append(CodingLayer(decoder, over: layers.last, limit: limit))
        }
        guard let first = layers.first, let last = layers.last else { return nil }
        self.first = first
        self.last = last
    }

    /// Reads what an answer's head says of its body.
    ///
    /// - Returns: `nil` also for messages that are compressed one by one, which are not opened.
    package convenience init?(for head: ResponseHead) {
        guard !head.hasEncodedMessages else { return nil }
        self.init(codings: head.contentCodings)
    }

    private static func coding(named name: UnsafeRawBufferPointer) -> StreamDecoder.Coding? {
        let names: [(StaticString, StreamDecoder.Coding)] = [
            ("gzip", .gzip), ("x-gzip", .gzip), ("deflate", .deflate), ("br", .brotli), ("zstd", .zstd),
        ]
        return names.first { FieldValue.equalsIgnoringCase(name, $0.0) }?.1
    }

    /// Whether there may be output to take without another piece.
    package private(set) var hasPending = false

    /// Copies the next piece of the body.
    ///
    /// What an earlier one left over is kept too: memory stays constant if a piece is fed only when one is needed.
    package func feed(_ piece: UnsafeRawBufferPointer) {
        guard !piece.isEmpty else { return }
        limit.value.consume(piece.count)
        first.append(piece)
        hasPending = true
    }

    /// Writes output into `room`, which must not be empty, as far as it and the input go.
    package func next(into room: UnsafeMutableRawBufferPointer) -> Step {
        if let failure { return failure }
        guard hasPending else { return .needsInput }
        let step = last.next(into: room)
        switch step {
        case .output: break
        case .needsInput: hasPending = false
        case .malformed, .excessive:
            failure = step
            hasPending = false
        }
        return step
    }

    /// Whether the body may end here: all output was taken, and no stream is cut off.
    ///
    /// A body without any byte is fine; some servers label even those.
    package func finish() -> Bool { failure == nil && !hasPending && last.isAtEnd }
}

/// One coding of a body, which pulls what it undoes out of the one that was applied after it.
private final class CodingLayer {
    /// One limit that all layers count against.
    final class Limit { var value = ExpansionLimit() }

    private static let inputBytes = 16_384

    private let decoder: StreamDecoder
    /// The layer that gives the input; `nil` for the one that is fed.
    private let source: CodingLayer?
    private let limit: Limit
    private var input: [UInt8] = []
    /// What of the input is not used up.
    private var unused = 0..<0
    /// Whether the decoder may have more to write although no input is left.
    private var isFull = false

    init(_ decoder: StreamDecoder, over source: CodingLayer?, limit: Limit) {
        self.decoder = decoder
        self.source = source
        self.limit = limit
        if source != nil { input = [UInt8](repeating: 0, count: CodingLayer.inputBytes) }
    }

    var isAtEnd: Bool { unused.isEmpty && !isFull && decoder.isAtEnd && source?.isAtEnd ?? true }

    func append(_ piece: UnsafeRawBufferPointer) {
        input.removeSubrange(unused.upperBound...)
        input.removeSubrange(..<unused.lowerBound)
        input.append(contentsOf: piece)
        unused = 0..<input.count
    }

    func next(into room: UnsafeMutableRawBufferPointer) -> ContentDecoder.Step {
        var written = 0
        while written < room.count {
            if unused.isEmpty, !isFull {
                switch refill() {
                case .output: break
                case .needsInput: return written > 0 ? .output(written) : .needsInput
                case let failure: return failure
                }
            }
            let progress = input.withUnsafeBytes {
                decoder.decode(
                    UnsafeRawBufferPointer(rebasing: $0[unused]),
                    into: UnsafeMutableRawBufferPointer(rebasing: room[written...])
                )
            }
            unused = unused.lowerBound + progress.consumed..<unused.upperBound
            written += progress.produced
            limit.value.produce(progress.produced)
            if limit.value.isExceeded { return .excessive }
            switch progress.status {
            case .drained: isFull = false
            case .full: isFull = true
            case .failed: return .malformed
            }
        }
        return .output(written)
    }

    private func refill() -> ContentDecoder.Step {
        guard let source else { return .needsInput }
        let step = input.withUnsafeMutableBytes { source.next(into: $0) }
        if case .output(let count) = step { unused = 0..<count }
        return step
    }
}
