internal import PosternCore

/// How far the answer of an exchange has come.
struct ResponseProgress {
    var interimHeads = 0
    /// Whether any part of it has come.
    var hasBegun = false
    /// The final head.
    var head: ResponseHead?
    var isHeadSent = false
    var status: Int?
    /// Undoes the coding of a body in which secrets could not be found.
    var decoder: ContentDecoder?
    /// Whether all of a coded body was received, and the trailers behind it.
    var hasReceivedAll = false
    var trailers: [UInt8]?
    var scrubber: StreamScrubber?
    /// Where messages end in a body that is a sequence of them.
    var messages: MessageBoundaries?
    /// Looks into a body that turned out to be compressed.
    var inspector: CompressedInspector?
    /// What the scrubber held back: the beginning of what may yet be a secret.
    var heldBack: [UInt8] = []

    /// Take tools out of it that the agent may not call.
    var toolFilters: [ToolListFilter] = []
    /// Gathers the answer of a token endpoint.
    var tokens: TokenAnswer?

    var bodyBytes = 0
    var scrubbedCount = 0
    var sealedCount = 0

    /// Whether there is more of the body without anything being received.
    var isDecoding: Bool { decoder.map { $0.hasPending || hasReceivedAll } ?? false }
}
