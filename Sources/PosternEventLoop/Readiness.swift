internal import CLinux

/// What a file descriptor is ready for.
package struct Readiness: OptionSet, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let readable = Readiness(rawValue: UInt32(POSTERN_READABLE))
    package static let writable = Readiness(rawValue: UInt32(POSTERN_WRITABLE))
    /// The peer will send nothing more.
    package static let readClosed = Readiness(rawValue: UInt32(POSTERN_READ_HANGUP))
    /// The connection is gone in both directions, or never came about.
    package static let closed = Readiness(rawValue: UInt32(POSTERN_HANGUP | POSTERN_ERROR))
}

/// Something that owns a file descriptor and wants to know when it is ready.
package protocol ReadinessHandler: AnyObject {
    /// Called on the event loop, never from within another call into the same loop's poller.
    func descriptorIsReady(_ readiness: Readiness)
}
