internal import CZlib
internal import Glibc

/// Looks for secrets inside a body that is compressed although nothing says so: a gzip or zlib stream sent as if it were
/// plain bytes, which a client may well decompress.
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

    /// How many times as long the decompressed stream may be, beyond a start that is free.
    private static let maxRatio = 200
    private static let freeBytes = 16 * 1024 * 1024
    private static let outputBytes = 65_536
    /// How many layers of compression inside the first are opened.
    private static let maxDepth = 2

    private let patterns: ScrubPatterns
    private let inflater: OpaquePointer
    private var isOver = false
    private var consumed = 0
    private var produced = 0
    /// Looks into what was compressed twice.
    private var nested: CompressedInspector?
    private let depth: Int
    /// The end of what was decompressed last, followed by room for more.
    private var window: [UInt8]
    private var kept = 0

    /// - Returns: `nil` if the beginning of the body is neither gzip's nor zlib's, or memory is short.
    package convenience init?(beginning: UnsafeRawBufferPointer, patterns: ScrubPatterns) {
        self.init(beginning: beginning, patterns: patterns, depth: 0)
    }

    private init?(beginning: UnsafeRawBufferPointer, patterns: ScrubPatterns, depth: Int) {
        guard CompressedInspector.isCompressed(beginning), !patterns.isEmpty,
            let inflater = postern_inflater_create()
        else { return nil }
        self.inflater = inflater
        self.depth = depth
        self.patterns = patterns
        window = [UInt8](repeating: 0, count: patterns.maximumLength + CompressedInspector.outputBytes)
    }

    deinit { postern_inflater_destroy(inflater) }

    /// RFC 1952 section 2.3.1 and RFC 1950 section 2.2.
    private static func isCompressed(_ beginning: UnsafeRawBufferPointer) -> Bool {
        guard let first = beginning.first else { return false }
        // Of a single byte it cannot be known yet; zlib gives up at the next one if it is neither.
        let second = beginning.count > 1 ? beginning[1] : nil
        if first == 0x1f, second ?? 0x8b == 0x8b { return true }
        guard first & 0x0f == 8, first >> 4 <= 7 else { return false }
        return second.map { (Int(first) << 8 | Int($0)) % 31 == 0 } ?? true
    }

    /// Looks at the next bytes of the body.
    package func inspect(_ piece: UnsafeRawBufferPointer) -> Verdict {
        guard !isOver, !piece.isEmpty, let input = piece.baseAddress else { return .clean }
        consumed += piece.count
        postern_inflater_feed(inflater, input.assumingMemoryBound(to: UInt8.self), piece.count)
        while true {
            var count = 0
            let kept = kept
            let result = window.withUnsafeMutableBufferPointer { room in
                postern_inflater_next(
                    inflater,
                    room.baseAddress.map { $0 + kept },
                    CompressedInspector.outputBytes,
                    &count
                )
            }
            if inspectNested(kept..<kept + count) == .refused { return .refused }
            produced += count
            if holdsSecret(upTo: kept + count) { return .refused }
            if produced > CompressedInspector.freeBytes, produced / CompressedInspector.maxRatio > consumed {
                return .refused
            }
            switch result {
            case POSTERN_INFLATE_HAS_OUTPUT: continue
            case POSTERN_INFLATE_NEEDS_INPUT: return .clean
            default:
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
            if produced == 0 {
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
