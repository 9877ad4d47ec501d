internal import PosternCore
internal import PosternEventLoop

/// Whether more of a request's body is there.
enum BodyArrival {
    case some
    /// Not yet; ``Exchange/clientReady()`` is called when it is.
    case none
    /// The client has gone before the end of it.
    case ended
}

/// Where an exchange's request comes from and its answer goes: a connection of HTTP/1, or a stream of HTTP/2.
///
/// It knows how bodies are framed; the exchange does not.
protocol ExchangeClient: AnyObject {
    var worker: ProxyWorker { get }
    var source: ClientSource { get }
    /// The deadline of the exchange under way.
    var exchangeDeadline: Deadline { get }
    /// Whether an upstream that speaks HTTP/2 serves it better.
    var prefersHTTP2: Bool { get }

    /// Whether the whole body has been taken.
    var isRequestComplete: Bool { get }
    /// Appends what has arrived of the body.
    ///
    /// - Throws: ``ProxyError/malformedRequest(_:)`` for broken framing.
    func takeBody(into buffer: inout [UInt8]) throws(ProxyError)
    /// Looks for more of the body.
    func awaitBody() -> BodyArrival

    /// Whether everything sent so far is on its way, so that more may be sent.
    var takesAnswer: Bool { get }
    /// Whether it has taken nothing for longer than a client may; a connection of HTTP/1 sees to that itself.
    var hasStalled: Bool { get }
    /// Sends an interim head, RFC 9110 section 15.2; returns how many secrets were masked in it.
    func sendInterim(_ head: DownstreamHead) -> Int
    /// Begins the answer with its final head, which waits for the first bytes of the body or ``flushHead()``; returns how
    /// many secrets were masked in it.
    ///
    /// `isAltered` says that something was masked in the body, as far as it has come.
    func begin(_ head: DownstreamHead, isAltered: Bool) -> Int
    /// Sends body bytes that stand in the worker's answering buffer, with the room that it has before and behind.
    func send(_ window: Range<Int>, isLast: Bool)
    /// Ends the answer with trailer lines; `end` is a place in the answering buffer with room behind it.
    func sendTrailers(_ trailers: [UInt8], at end: Int)
    /// Sends a head that still waits.
    func flushHead()
    /// What the daemon calls by itself, if that is where the request comes from.
    var call: ProxiedCall? { get }
    /// Answers with an answer of ours, which ends the exchange.
    func answer(_ own: any OwnAnswer, endsConnection: Bool, requestID: String)
    /// The exchange ended with an error, before anything of an answer was sent or afterwards.
    func failed(_ error: ProxyError, hasBegun: Bool, requestID: String)
    /// Calls `body` once everything that was written so far is on its way, or never will be.
    func whenTaken(_ body: @escaping () -> Void)
    /// The answer has been passed on whole.
    func exchangeEnded()
    /// Sees to it that the client does not take half an answer for a whole one.
    func cut()
    /// Calls ``Exchange/clientReady()`` in the next turn.
    func goOnNextTurn()
}

extension ExchangeClient {
    var call: ProxiedCall? { nil }

    func whenTaken(_ body: @escaping () -> Void) { body() }

    func failed(_ error: ProxyError, hasBegun: Bool, requestID: String) {
        if hasBegun {
            cut()
        } else {
            answer(ProblemDetails(error), endsConnection: error.endsConnection, requestID: requestID)
        }
    }
}
