/// What a session remembers of one stream.
final class HTTP2Stream {
    /// The head or the trailers that are arriving.
    var incoming: IncomingHead?
    /// Whether a final head arrived, so that fields behind it are trailers.
    var hasFinalHead = false
    /// Whether nothing more is reported of it than that it was closed.
    var isSilenced = false
    /// Whether the peer's message is complete.
    var hasEnded = false
    /// Whether our side asked for its end.
    var isResetByUs = false
    /// Whether the peer took it back.
    var isResetByPeer = false
    /// Bytes that were reported and not given back yet.
    var unconsumedBytes = 0
}
