internal import PosternCore

/// How far the answer of an exchange has come.
struct ResponseProgress {
    /// Part of a head.
    var partialHead = ByteQueue()
    var scanner = HeadScanner()
    var interimHeads = 0
    /// Whether any byte has come.
    var hasBegun = false
    /// Whether the upstream took no more of the request, so that it will not answer later if it has not already.
    var mustEnd = false

    var status: Int?
    var isHeadSent = false
    var keepsUpstream = false
    var framing = DownstreamHead.Framing.none
    var body = ResponseBodyDecoder(.none)
    var scrubber: StreamScrubber?
    /// Looks into a body that turned out to be compressed.
    var inspector: CompressedInspector?
    /// What the scrubber held back: the beginning of what may yet be a secret.
    var heldBack: [UInt8] = []

    var bodyBytes = 0
    var scrubbedCount = 0

    /// Whether the client can tell the end of the answer without the end of the connection.
    var isDelimited: Bool { framing != .close }
}
