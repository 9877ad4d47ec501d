internal import PosternCore
internal import PosternEventLoop

// The answer of a token endpoint goes down at once, when it is whole and its tokens were taken out.
extension Exchange {
    /// Gathers the next bytes of the body; the last ones send all of it.
    func keepTokens(in received: Range<Int>, isLast: Bool) throws(UpstreamError) {
        try response.tokens?.append(UnsafeRawBufferPointer(rebasing: worker.answering[received]))
        guard isLast, let head = response.head, var answer = response.tokens else { return }
        response.tokens = nil
        let (body, sealed, masked) = try answer.sealed(
            status: head.status,
            for: request,
            in: worker.shared.sealedTokens,
            now: worker.loop.now.nanoseconds
        )
        response.sealedCount = sealed
        response.bodyBytes = body.count
        response.isHeadSent = true
        response.scrubbedCount += masked
        response.scrubbedCount += client.begin(
            downstream(head, length: body.count),
            isAltered: sealed + masked > 0
        )
        let start = AnsweringBuffer.headerRoom
        UnsafeMutableRawBufferPointer(rebasing: worker.answering[start..<start + body.count]).copyBytes(from: body)
        client.send(start..<start + body.count, isLast: true)
        complete()
    }
}
