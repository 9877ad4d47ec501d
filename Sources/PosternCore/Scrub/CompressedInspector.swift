internal import Glibc

/// Looks for secrets inside a body that is compressed although nothing says so: a gzip, zlib or zstd stream sent as if it
/// were plain bytes, which a client may well decompress.
///
/// Such a body cannot be masked, because it would not be valid any more; it is passed on as long as what it decompresses
/// to holds no secret. Archives that downloads consist of go through unharmed.
package final class CompressedInspector {
    /// What a piece of a body came to.
    package enum Verdict: Equatable, Sendable {
        case clean
        /// A secret is in it, or it decompresses to so much that looking on would be a way to stop the proxy.
        case refused
    }

    private static let outputBytes = 65_536
    /// How many layers of compression inside the first are opened.
    private static let maxDepth = 2

    private let patterns: ScrubPatterns
    private let decoder: StreamDecoder
    private var isOver = false
    private var limit = ExpansionLimit()
    private var hasOutput = false
    /// Looks into what was compressed twice.
    private var nested: CompressedInspector?
    private let depth: Int
    /// The end of what was decompressed last, followed by room for more.
    private var window: [UInt8]
    private var kept = 0

    /// - Returns: `nil` if the body does not begin as one of these formats does, or memory is short.
    package convenience init?(beginning: UnsafeRawBufferPointer, patterns: ScrubPatterns) {
        self.init(beginning: beginning, patterns: patterns, depth: 0)
    }

    private init?(beginning: UnsafeRawBufferPointer, patterns: ScrubPatterns, depth: Int) {
        guard !patterns.isEmpty, let coding = CompressedInspector.coding(of: beginning),
            let decoder = StreamDecoder(coding)
        else { return nil }
        self.decoder = decoder
        self.depth = depth
        self.patterns = patterns
        window = [UInt8](repeating: 0, count: patterns.maximumLength + CompressedInspector.outputBytes)
    }

    /// What the magic numbers say.
    ///
    /// Of a single byte it cannot be known yet; the decoder gives up at the next ones if they are others. RFC 1952
    /// section 2.3.1, RFC 1950 section 2.2, RFC 8878 section 3.1.1.
    private static func coding(of beginning: UnsafeRawBufferPointer) -> StreamDecoder.Coding? {
        guard let first = beginning.first else { return nil }
        // A frame of zstd, or one for it to skip.
        if [0x28, 0xb5, 0x2f, 0xfd].starts(with: beginning.prefix(4)) { return .zstd }
        if first >> 4 == 5, [0x2a, 0x4d, 0x18].starts(with: beginning.prefix(4).dropFirst()) { return .zstd }
        if [0x1f, 0x8b].starts(with: beginning.prefix(2)) { return .gzipOrZlib }
        guard first & 0x0f == 8, first >> 4 <= 7 else { return nil }
        return beginning.count == 1 || (Int(first) << 8 | Int(beginning[1])) % 31 == 0 ? .gzipOrZlib : nil
    }

    /// Looks at the next bytes of the body.
    package func inspect(_ piece: UnsafeRawBufferPointer) -> Verdict {
        guard !isOver, !piece.isEmpty else { return .clean }
        limit.consume(piece.count)
        var rest = piece
        while true {
            let progress = window.withUnsafeMutableBytes { window in
                let room = window[kept..<kept + CompressedInspector.outputBytes]
                return decoder.decode(rest, into: UnsafeMutableRawBufferPointer(rebasing: room))
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[progress.consumed...])
            let end = kept + progress.produced
            if inspectNested(kept..<end) == .refused || holdsSecret(upTo: end) { return .refused }
            limit.produce(progress.produced)
            if limit.isExceeded { return .refused }
            switch progress.status {
            case .full: continue
            case .drained: return .clean
            case .failed:
                // Not compressed after all, or broken: no client gets more out of it than was looked at.
                isOver = true
                return .clean
            }
        }
    }

    private func inspectNested(_ fresh: Range<Int>) -> Verdict {
        guard depth < CompressedInspector.maxDepth, !fresh.isEmpty else { return .clean }
        return window.withUnsafeBytes { bytes in
            let piece = UnsafeRawBufferPointer(rebasing: bytes[fresh])
            if !hasOutput {
                hasOutput = true
                nested = CompressedInspector(beginning: piece, patterns: patterns, depth: depth + 1)
            }
            return nested?.inspect(piece) ?? .clean
        }
    }

    /// Searches what stands in the window and keeps its end, in which a secret may have begun.
    private func holdsSecret(upTo end: Int) -> Bool {
        let found = window.withUnsafeMutableBytes { bytes in
            patterns.mask(UnsafeMutableRawBufferPointer(rebasing: bytes[..<end])) > 0
        }
        let keep = min(end, patterns.maximumLength - 1)
        window.withUnsafeMutableBytes { bytes in
            guard keep > 0, let base = bytes.baseAddress else { return }
            memmove(base, base + end - keep, keep)
        }
        kept = keep
        return found
    }
}
