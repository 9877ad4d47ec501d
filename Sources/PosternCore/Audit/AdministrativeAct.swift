/// Something that an operator did to the directory, or tried to.
package struct AdministrativeAct: Sendable {
    /// What was done, such as `agent_create`.
    package let action: StaticString
    /// Who did it.
    package let by: Operator
    /// Why it was refused; `nil` for what was done.
    package var refusal: String?
    package var agent: String?
    package var key: String?
    package var secret: String?
    package var provider: String?
    package var grant: String?
    package var user: String?
    /// The id of the approval.
    package var approval: String?
    /// What else there is to know, without a secret.
    package var detail: String?

    package init(_ action: StaticString, by operator: Operator) {
        self.action = action
        by = `operator`
    }

    /// Writes the members of the record.
    func encode(into encoder: inout JSONObjectEncoder) {
        encoder.member("event.action", bytes: ArraySlice(action.withUTF8Buffer { Array($0) }))
        encoder.member("event.outcome", constant: refusal == nil ? "success" : "failure")
        encoder.member("error.code", refusal)
        encoder.member("user.id", by.userID.map(Int.init))
        encoder.member("user.name", by.name)
        encoder.member("postern.operator.key", by.key)
        encoder.member("postern.agent", agent)
        encoder.member("postern.key", key)
        encoder.member("postern.secret", secret)
        encoder.member("postern.provider", provider)
        encoder.member("postern.grant", grant)
        encoder.member("postern.user", user)
        encoder.member("postern.approval", approval)
        encoder.member("event.reason", detail)
    }
}

/// Whoever administers Postern: as the kernel says (SO_PEERCRED), or as a key or a session proves.
package struct Operator: Hashable, Sendable {
    /// The user id at the other end of the control socket; `nil` for the daemon itself.
    package let userID: UInt32?
    /// The user's name on this machine, if it has one.
    package let name: String?
    /// The id of the key that signed; `nil` where none did.
    package let key: String?

    package init(userID: UInt32?, name: String?, key: String? = nil) {
        self.userID = userID
        self.name = name
        self.key = key
    }

    /// The daemon, for what happens by itself.
    package static let daemon = Operator(userID: nil, name: "posternd")
}
