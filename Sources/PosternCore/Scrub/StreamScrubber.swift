/// Masks secrets in a stream of bytes that arrives in pieces of any size, in constant memory.
///
/// The caller shows a window: what was held back before, followed by what is new. What cannot become part of a match any
/// more may be passed on; the rest, which is a true beginning of some pattern, is shown again with the next piece.
package struct StreamScrubber {
    private let patterns: ScrubPatterns
    /// How many secrets were masked so far.
    package private(set) var maskedCount = 0

    package init(_ patterns: ScrubPatterns) { self.patterns = patterns }

    /// Masks what is in the window and returns how many of its bytes may be passed on.
    package mutating func scrub(_ window: UnsafeMutableRawBufferPointer, isLast: Bool) -> Int {
        let held = isLast ? 0 : patterns.heldBack(UnsafeRawBufferPointer(window))
        // A short secret at the beginning of what is held back may turn out to be the beginning of a longer one.
        maskedCount += patterns.mask(window, startingBefore: window.count - held)
        return window.count - held
    }
}
