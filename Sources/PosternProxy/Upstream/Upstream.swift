internal import PosternCore
internal import PosternUpstream

/// What waits for an upstream and is told of its progress.
protocol UpstreamUser: AnyObject {
    /// This is the upstream to be let go of if it is no longer wanted; it may be there already.
    func upstreamChosen(_ upstream: any Upstream, isOpen: Bool)
    /// The upstream is there and its peer verified.
    func upstreamConnected(_ upstream: any Upstream)
    /// It cannot be had.
    func upstreamFailed(_ error: UpstreamError)
    /// There may be something to receive, or room to send.
    func upstreamReady()
}

/// Carries one request up and its answer down: a connection of HTTP/1, or a stream of HTTP/2.
///
/// It knows how bodies are framed; the exchange does not.
protocol Upstream: AnyObject {
    /// Whether it carried an exchange before this one, so that the other side may have closed it meanwhile.
    var isReused: Bool { get }
    /// Whether any byte of this request was handed over.
    var hasSentBytes: Bool { get }

    /// What was submitted of the body, if the upstream said that it processed nothing of the request, and all of it is still
    /// there to be sent to another.
    var refusedBody: [UInt8]? { get }
    /// Whether trailers of the answer are passed on.
    var takesTrailers: Bool { get }
    /// Whether everything submitted was taken, so that more may be.
    var takesRequest: Bool { get }
    /// How many bytes are to be left free in front of a run of body bytes.
    var framingRoom: Int { get }
    /// Sends what stands in the worker's sending buffer: the head, as text of HTTP/1.1, and a run of body bytes.
    ///
    /// What is not taken is kept.
    ///
    /// - Returns: `false` if the upstream takes no more of the request; it may have answered all the same.
    func submit(head: Range<Int>, body: Range<Int>, isLast: Bool) -> Bool
    /// Sends what was kept; `nil` if the upstream takes no more, else whether all of it is gone.
    func flush() -> Bool?

    /// Whether bytes that were received stand in the worker's answering buffer and have to be taken in this turn.
    var holdsReceived: Bool { get }
    /// The next part of the answer; in the answering buffer, room is left for `heldBack` bytes in front of the body's.
    func receive(behind heldBack: Int) -> AnswerPart
    /// The connection itself, once it has become one for bytes in both directions.
    var connection: UpstreamConnection? { get }
    /// Lets go of it, wherever it stands.
    func release()
}

/// A part of an answer.
enum AnswerPart {
    /// An interim or the final head.
    case head(ResponseHead)
    /// Body bytes in the worker's answering buffer, and whether they are the last.
    case body(Range<Int>, isLast: Bool)
    /// The lines of the trailers, which end the answer.
    case trailers([UInt8])
    /// Nothing yet.
    case nothing
    /// The upstream went away before the end of the answer, having begun a head or not.
    case lost(hasBegun: Bool)
    case malformed
}

/// The layout of the worker's answering buffer.
///
/// Nothing is copied on the way to the client but what is held back.
///
///     | room for a chunk header | held back before | just received ... | room for the end of a chunk |
enum AnsweringBuffer {
    static let headerRoom = 64
    /// What is received at once.
    static let pieceBytes = 65_536
    /// Where the next piece is received behind so many bytes that were held back.
    static func start(behind heldBack: Int) -> Int { headerRoom + heldBack }
}
