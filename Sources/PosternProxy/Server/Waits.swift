internal import PosternCore
internal import PosternEventLoop

/// The deadlines of a configuration in nanoseconds, worked out once instead of several times a request.
struct Waits: Sendable {
    let requestHead: UInt64
    let clientIdle: UInt64
    let clientStall: UInt64
    let connect: UInt64
    let firstByte: UInt64
    let upstreamIdle: UInt64
    let audit: UInt64
    /// 0 is no limit.
    let total: UInt64

    init(_ timeouts: Timeouts) {
        requestHead = timeouts.requestHead.wholeNanoseconds
        clientIdle = timeouts.clientIdle.wholeNanoseconds
        clientStall = timeouts.clientStall.wholeNanoseconds
        // libcurl's own deadline is the same and comes first, with a better reason.
        connect = (timeouts.connect + .seconds(1)).wholeNanoseconds
        firstByte = timeouts.firstByte.wholeNanoseconds
        upstreamIdle = timeouts.upstreamIdle.wholeNanoseconds
        audit = timeouts.audit.wholeNanoseconds
        total = timeouts.total.wholeNanoseconds
    }
}
