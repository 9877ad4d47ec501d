internal import NIOCore
internal import NIOHTTPTypes

/// Closes a connection whose client keeps it waiting.
///
/// From the moment at which the connection has nothing to do, the whole of the next request has to come in within the
/// time allowed, however it trickles; what the client does not read of an answer is not waited for either. No time runs
/// while a request is at work.
final class RequestDeadline: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let time: TimeAmount
    /// Is told whether a request is at work.
    private let note: (Bool) -> Void
    private var timer: Scheduled<Void>?
    /// Requests that are whole and not answered; less than zero if one was answered before it was whole.
    private var waiting = 0

    init(_ time: TimeAmount, note: @escaping (Bool) -> Void) {
        self.time = time
        self.note = note
    }

    func handlerAdded(context: ChannelHandlerContext) { settle(context) }

    func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .end = unwrapInboundIn(data) {
            waiting += 1
            settle(context)
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) {
            waiting -= 1
            settle(context)
        }
        context.write(data, promise: promise)
    }

    private func settle(_ context: ChannelHandlerContext) {
        timer?.cancel()
        timer = nil
        note(waiting > 0)
        guard waiting <= 0 else { return }
        let channel = context.channel
        timer = context.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    }
}

@available(*, unavailable) extension RequestDeadline: Sendable {}
