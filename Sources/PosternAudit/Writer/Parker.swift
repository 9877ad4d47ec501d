internal import CLinux

/// A place where one thread sleeps until another wakes it or time has passed.
final class Parker: @unchecked Sendable {
    // @unchecked: the word is only touched by atomic operations in C, and lives as long as this object.
    private let word = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)

    init() { word.initialize(to: 0) }

    deinit { word.deallocate() }

    /// Whether ``wake()`` was called since the last ``reset()``.
    var isAwake: Bool { postern_audit_is_set(word) != 0 }

    /// Lets the next ``sleep(nanoseconds:)`` sleep.
    func reset() { postern_audit_reset(word) }

    /// Ends the sleep of the other thread, or the one it is about to begin.
    func wake() { postern_audit_wake(word) }

    /// Sleeps until woken or for so long; `nil` is without limit.
    ///
    /// May return early.
    func sleep(nanoseconds: Int64?) { postern_audit_wait(word, nanoseconds ?? -1) }
}
