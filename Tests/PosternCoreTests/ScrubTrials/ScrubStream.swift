import PosternCore
import PosternTestSupport

/// Takes a body through decoder and scrubber in the way in which an exchange does, in a window that never grows.
struct ScrubStream {
    enum Outcome {
        case sent([UInt8])
        case broken(String)
    }

    private let maxHeldBack: Int
    private let roomBytes: Int
    private let patterns: ScrubPatterns

    init(_ patterns: ScrubPatterns, maxHeldBack: Int, roomBytes: Int) {
        self.patterns = patterns
        self.maxHeldBack = maxHeldBack
        self.roomBytes = roomBytes
    }

    /// Passes `body` on in pieces that end at `cuts`; at those of them in `whole` nothing may be held back.
    func pass(_ body: [UInt8], codings: String?, cuts: [Int], whole: Set<Int> = []) -> Outcome {
        var decoder: ContentDecoder?
        if let codings {
            decoder = ContentDecoder(codings: latin1(codings))
            if decoder == nil { return .broken("no decoder for \(codings)") }
        }
        var scrubber = StreamScrubber(patterns)
        var window = [UInt8](repeating: 0, count: maxHeldBack + roomBytes)
        var held = 0
        var sent: [UInt8] = []
        sent.reserveCapacity(body.count)
        func scrub(_ count: Int, isLast: Bool) {
            let end = held + count
            window.withUnsafeMutableBytes { window in
                let passing = scrubber.scrub(UnsafeMutableRawBufferPointer(rebasing: window[..<end]), isLast: isLast)
                sent += window[..<passing]
                window.copyBytes(from: Array(window[passing..<end]))
                held = end - passing
            }
        }
        var start = 0
        for end in cuts + [body.count] {
            var piece = body[start..<end]
            start = end
            if let decoder { piece.withUnsafeBytes { decoder.feed($0) } }
            pieces: while true {
                guard held < maxHeldBack else { return .broken("\(held) bytes are held back") }
                let room = held..<held + roomBytes
                let count: Int
                if let decoder {
                    switch window.withUnsafeMutableBytes({ decoder.next(into: .init(rebasing: $0[room])) }) {
                    case .output(let produced): count = produced
                    case .needsInput: break pieces
                    case let step: return .broken("\(step)")
                    }
                } else {
                    guard !piece.isEmpty else { break }
                    count = min(roomBytes, piece.count)
                    window.replaceSubrange(held..<held + count, with: piece.prefix(count))
                    piece = piece.dropFirst(count)
                }
                scrub(count, isLast: false)
            }
            if decoder?.hasPending == true { return .broken("input is kept") }
            if whole.contains(end), held > 0 { return .broken("\(held) bytes of a whole event are held back") }
        }
        if decoder?.finish() == false { return .broken("cut off") }
        scrub(0, isLast: true)
        return held == 0 ? .sent(sent) : .broken("\(held) bytes are left")
    }
}
