/// Who is behind a request beside its agent, as the log names them.
package struct AuditParty: Hashable, Sendable {
    /// The id of the user who asks, or on whose delegation the agent does.
    package var user: String?
    /// The id of the key that was shown.
    package var key: String?
    /// What the client calls itself, or the id of the agent that it names.
    package var caller: String?
    /// The id of the approval by which it is made.
    package var approval: String?
    /// Why it is made, in the client's words.
    package var reason: String?

    /// Longer words are cut, so that a client cannot fill the log with them.
    private static let maxWords = 512

    package init(
        user: String? = nil,
        key: String? = nil,
        caller: String? = nil,
        approval: String? = nil,
        reason: String? = nil
    ) {
        self.user = user
        self.key = key
        self.caller = caller
        self.approval = approval
        self.reason = reason
    }

    /// Who is behind a request, as the gate or the caller of the daemon knows.
    package init(_ attribution: CallAttribution, approval: String? = nil) {
        self.init(
            user: attribution.user,
            key: attribution.key,
            caller: attribution.caller,
            approval: approval,
            reason: attribution.reason
        )
    }

    @inline(__always)
    func encode(into encoder: inout JSONObjectEncoder) {
        encoder.member("postern.user", user)
        encoder.member("postern.key", key)
        encoder.member("postern.caller", bytes: AuditParty.words(caller))
        encoder.member("postern.approval", approval)
        encoder.member("postern.reason", bytes: AuditParty.words(reason))
    }

    /// As much of a text as a record holds.
    static func words(_ text: String?) -> ArraySlice<UInt8>? {
        text.map { Array($0.utf8.prefix(maxWords))[...] }
    }
}
