/// A request as a person is asked to approve it, frozen: what will be sent if it is approved, but for the credential.
package struct FrozenRequest: Hashable, Sendable {
    package var asker: Asker
    /// The id of the grant.
    package var grant: String
    package var method: Method
    /// The absolute URL to which it goes, canonical, query included.
    package var url: String
    /// Name and value of each field that is forwarded, in order, without credentials.
    package var fields: [FrozenField]
    package var body: [UInt8]
    package var attribution: CallAttribution
    package var rule: RequestRule?

    package init(
        asker: Asker,
        grant: String,
        method: Method,
        url: String,
        fields: [FrozenField],
        body: [UInt8],
        attribution: CallAttribution,
        rule: RequestRule? = nil
    ) {
        self.asker = asker
        self.grant = grant
        self.method = method
        self.url = url
        self.fields = fields
        self.body = body
        self.attribution = attribution
        self.rule = rule
    }

    /// Whose request it is, by name.
    package var principal: PrincipalID { asker.principal }
}

/// One field of a ``FrozenRequest``.
package struct FrozenField: Hashable, Sendable {
    package let name: String
    package let value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// What the request that a person is asked about came by, and who sends it if it is approved.
package enum ApprovalRoute: Hashable, Sendable {
    /// The API: the client is answered at once, and the daemon sends the request when it is approved.
    case api
    /// The plain proxy: the client is kept waiting for so long, and afterwards sends the identical request again.
    case proxy(patience: Duration)
    /// The API, when the daemon sends what this approval, which it has begun to carry out, is about.
    case execution(approval: String)
}

/// What the desk says to a request for which a person is asked.
package enum ApprovalAnswer: Sendable {
    /// It may be sent once, now; that is written down.
    case granted(approval: String)
    /// It waits for a person.
    case pending(PendingApproval)
    case denied(approval: String)
    case expired(approval: String)
    /// Too many wait already, or it is too long to be kept.
    case refused(reason: String)
    /// Nobody can be asked now.
    case unavailable
}

/// An approval that is waited for.
package struct PendingApproval: Hashable, Sendable {
    /// One decision that has to be made.
    package struct Gate: Hashable, Sendable {
        package let id: String
        /// Nanoseconds since 1970.
        package let expiresAt: Int64
        /// The page on which it is made.
        package let url: String

        package init(id: String, expiresAt: Int64, url: String) {
            self.id = id
            self.expiresAt = expiresAt
            self.url = url
        }
    }

    /// A UUID.
    package let id: String
    /// Nanoseconds since 1970.
    package let expiresAt: Int64
    /// Never empty.
    package let gates: [Gate]

    package init(id: String, expiresAt: Int64, gates: [Gate]) {
        self.id = id
        self.expiresAt = expiresAt
        self.gates = gates
    }
}

/// Asks persons about requests.
///
/// Implemented over the store, and by tests.
package protocol ApprovalDesk: Sendable {
    /// Asks about a request; `completion` is called once, on any thread.
    ///
    /// A request is the same as another if its asker, grant, method, URL, fields and body are: the second one waits for the
    /// first one's approval, unless `terms` ask somebody whom that one does not.
    func ask(
        _ request: FrozenRequest,
        under terms: [ApprovalTerms],
        by route: ApprovalRoute,
        completion: @escaping @Sendable (ApprovalAnswer) -> Void
    )

    /// Takes back that a request may be sent, of which nothing was: the next one that is the same may be.
    func giveBack(_ approval: String)
}
