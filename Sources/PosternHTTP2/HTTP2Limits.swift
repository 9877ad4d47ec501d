/// What a session takes from its peer before it refuses a stream, or ends the connection.
package struct HTTP2Limits: Hashable, Sendable {
    /// A head, or the trailers, as HTTP/1.1 text.
    package var maxHeadBytes = 65_536
    /// One field line, and the request-target.
    package var maxFieldBytes = 16_384
    package var maxFields = 100
    /// Streams that a client may have open at once.
    package var maxConcurrentStreams = 128
    /// Bytes of a body that the peer may send before ``HTTP2Session/consumed(_:on:)`` has taken some of them.
    package var streamWindowBytes = 131_072
    /// The same for all streams of the connection together.
    package var connectionWindowBytes = 1_048_576
    /// Streams that a client may spoil or take back at once, beyond those that were completed.
    package var maxResets = 100
    /// How many more of them it may every second.
    package var resetsPerSecond = 10
    /// Frames without a use of their own (PING, SETTINGS, WINDOW_UPDATE, PRIORITY, empty DATA, …) at once, beyond
    /// what DATA frames account for.
    package var maxControlFrames = 1_000
    /// How many more of them may come every second.
    package var controlFramesPerSecond = 200
    /// Frames that wait to be sent, bodies apart.
    package var maxQueuedFrames = 1_024

    package init() {}
}
