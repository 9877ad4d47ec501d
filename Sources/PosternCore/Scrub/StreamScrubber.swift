/// Masks secrets in a stream of bytes that arrives in pieces of any size, in constant memory.
///
/// The caller shows a window: what was held back before, followed by what is new. What cannot become part of a match any
/// more may be passed on; the rest, which is a true beginning of some pattern, is shown again with the next piece.
package struct StreamScrubber {
    private let patterns: ScrubPatterns
    /// How many secrets were masked so far.
    package private(set) var maskedCount = 0

    /// How many bytes at the start of the next window belong to a secret that was found in this one.
    private var owed = 0

    package init(_ patterns: ScrubPatterns) { self.patterns = patterns }

    /// Masks what is in the window and returns how many of its bytes may be passed on.
    ///
    /// What is held back stays as it is until it is passed on: masked now, the beginning of a secret that overlaps the
    /// one before it would be lost, and the rest of it would pass.
    package mutating func scrub(_ window: UnsafeMutableRawBufferPointer, isLast: Bool) -> Int {
        let findings = patterns.search(UnsafeRawBufferPointer(window))
        let passing = isLast ? window.count : findings.undecided
        var end = min(owed, passing)
        var reach = owed
        // One that starts in what is held back is found again, maybe longer.
        let found = findings.matches.prefix { $0.lowerBound < passing }
        ScrubPatterns.overwrite(window, 0..<end)
        for range in found {
            let last = min(range.upperBound, passing)
            ScrubPatterns.overwrite(window, max(end, range.lowerBound)..<max(end, last))
            end = max(end, last)
            reach = max(reach, range.upperBound)
        }
        maskedCount += found.count
        owed = max(0, reach - passing)
        return passing
    }
}
