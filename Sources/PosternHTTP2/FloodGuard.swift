/// Counts what costs a peer next to nothing and us something, and says when it is too much.
///
/// Time is given, in nanoseconds of the monotonic clock.
struct FloodGuard {
    /// Some number of credits that grows back slowly.
    struct Bucket {
        private static let credit = 1_000_000_000
        private let capacity: Int
        private let perSecond: Int
        private var content: Int

        init(capacity: Int, perSecond: Int) {
            self.capacity = capacity * Bucket.credit
            self.perSecond = perSecond
            content = self.capacity
        }

        /// Takes a credit; `false` if none is left.
        mutating func take() -> Bool {
            guard content >= Bucket.credit else { return false }
            content -= Bucket.credit
            return true
        }

        mutating func earn(_ credits: Int) { content = min(capacity, content + credits * Bucket.credit) }

        mutating func refill(after nanoseconds: Int) { content = min(capacity, content + nanoseconds * perSecond) }
    }

    var resets: Bucket
    var controlFrames: Bucket
    private var lastTime: UInt64?

    init(_ limits: HTTP2Limits) {
        resets = Bucket(capacity: limits.maxResets, perSecond: limits.resetsPerSecond)
        controlFrames = Bucket(capacity: limits.maxControlFrames, perSecond: limits.controlFramesPerSecond)
    }

    mutating func advance(to now: UInt64) {
        guard let last = lastTime, now > last else {
            lastTime = lastTime ?? now
            return
        }
        lastTime = now
        // A minute fills any bucket, and its product with a rate fits.
        let elapsed = Int(min(now - last, 60_000_000_000))
        resets.refill(after: elapsed)
        controlFrames.refill(after: elapsed)
    }
}
