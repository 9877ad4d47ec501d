package import PosternCore

/// How much of the answers to what the daemon has sent is kept, and which go first where there is no more room.
///
/// Whoever needs room loses its own, oldest first. Others lose some only when it has none left: then whoever keeps the most.
package struct AnswerRoom: Sendable {
    /// What each takes at least, so that there are never too many to look through.
    private static let minBytes = 4 << 10

    /// How many bytes are kept of all answers.
    package var maxBytes = 256 << 20
    /// How many of those of one agent or user.
    package var maxBytesOfOne = 64 << 20

    package init() {}

    /// The approvals whose answers have to go for one of so many bytes; `kept` is oldest first.
    package func surplus(of kept: [KeptAnswer], for asker: Asker, bytes: Int) -> [String] {
        var shares: [Asker: Share] = [:]
        for (index, answer) in kept.enumerated() { shares[answer.asker, default: Share()].add(answer, index) }
        let new = max(bytes, AnswerRoom.minBytes)
        var total = shares.values.reduce(new) { $0 + $1.bytes }
        var gone: [String] = []
        func takeOldest(of holder: Asker) {
            guard let (approval, bytes) = shares[holder]?.takeOldest() else { return }
            if shares[holder]?.answers.isEmpty ?? true { shares[holder] = nil }
            total -= bytes
            gone.append(approval)
        }
        while let own = shares[asker], total > maxBytes || own.bytes + new > maxBytesOfOne { takeOldest(of: asker) }
        while total > maxBytes, let most = shares.max(by: { $0.value < $1.value })?.key { takeOldest(of: most) }
        return gone
    }

    /// What one of those who ask keeps.
    private struct Share: Comparable {
        var bytes = 0
        var answers: ArraySlice<(approval: String, bytes: Int, index: Int)> = []

        mutating func add(_ answer: KeptAnswer, _ index: Int) {
            let size = max(answer.bytes, AnswerRoom.minBytes)
            bytes += size
            answers.append((answer.approval, size, index))
        }

        mutating func takeOldest() -> (approval: String, bytes: Int)? {
            guard let oldest = answers.popFirst() else { return nil }
            bytes -= oldest.bytes
            return (oldest.approval, oldest.bytes)
        }

        private var oldest: Int { answers.first?.index ?? .max }

        /// Of two that keep as much, the one with the older answer has more to give.
        static func < (left: Share, right: Share) -> Bool { (left.bytes, right.oldest) < (right.bytes, left.oldest) }

        static func == (left: Share, right: Share) -> Bool { (left.bytes, left.oldest) == (right.bytes, right.oldest) }
    }
}
