/// The answer of a token endpoint, gathered so that the agent gets placeholders for the tokens in it.
///
/// Clients of OAuth read a field such as `access_token` out of an answer in JSON (RFC 6749 section 5.1) or, as GitHub has it,
/// in the coding of forms. Whatever cannot be read in one of these ways is withheld, since there may be a token in it.
package struct TokenAnswer: Sendable {
    /// The longest answer that is read.
    package static let maxBytes = 65_536

    /// The most tokens in one.
    private static let mostTokens = 32

    private var body: [UInt8] = []

    package init() {}

    /// Takes the next bytes of the body.
    ///
    /// - Throws: ``UpstreamError/tokenUnreadable`` once it is too long.
    package mutating func append(_ piece: UnsafeRawBufferPointer) throws(UpstreamError) {
        guard body.count + piece.count <= TokenAnswer.maxBytes else { throw .tokenUnreadable }
        body.append(contentsOf: piece)
    }

    /// The whole body as the agent gets it: every token exchanged for a placeholder and kept in `tokens`, the rule's own
    /// credential masked.
    ///
    /// With `now`: nanoseconds of the monotonic clock.
    ///
    /// - Throws: ``UpstreamError/tokenUnreadable`` if tokens in it cannot be found. An error page is passed on, since upstreams
    ///   issue no token when they refuse.
    package mutating func sealed(
        status: Int,
        for request: UpstreamRequest,
        in tokens: SealedTokens,
        now: UInt64
    ) throws(UpstreamError) -> (body: [UInt8], sealed: Int, masked: Int) {
        guard let owner = request.rule.tokenOwner else { throw .tokenUnreadable }
        let masked = body.withUnsafeMutableBytes { request.scrubbing?.mask($0) ?? 0 }
        guard let found = IssuedTokens.find(in: body) else {
            guard status >= 400 || body.allSatisfy(IssuedTokens.isBlank) else { throw .tokenUnreadable }
            return (body, 0, masked)
        }
        guard found.count <= TokenAnswer.mostTokens else { throw .tokenUnreadable }
        var result: [UInt8] = []
        var end = 0
        for token in found {
            guard token.value.count <= ScrubPatterns.maximumSecretLength,
                token.value.allSatisfy({ (0x21...0x7e).contains($0) })
            else { throw .tokenUnreadable }
            result += body[end..<token.place.lowerBound]
            result += tokens.seal(
                Secret(token.value),
                owner: owner,
                lifetimeSeconds: token.lifetimeSeconds,
                now: now,
                mark: request.search.mark
            )
            end = token.place.upperBound
        }
        return (result + body[end...], found.count, masked)
    }
}
