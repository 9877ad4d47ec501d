package import PosternAdmin
package import PosternCore

/// What the API answers by.
package struct SDKServices: Sendable {
    package let administration: Administration
    package let directory: any DirectoryView
    package let nonces: any NonceLedger
    package let carrier: any CallCarrier
    /// Makes the text that stands for a grant's credential towards one host, until a time in seconds since 1970.
    ///
    /// `nil` if there is nothing to make it for any more.
    package let issuePlaceholder: @Sendable (PlaceholderOrder) -> String?
    package let userTokens: any UserTokenVerifier
    package let connect: any ConnectSessions
    package let approvals: any ApprovalFollowing
    package let settings: APISettings
    package let sink: any AuditSink
    /// What clients reported lately.
    let spans = SpanReports()
    /// Nanoseconds since 1970.
    package let now: @Sendable () -> Int64

    package init(
        administration: Administration,
        directory: any DirectoryView,
        nonces: any NonceLedger,
        carrier: any CallCarrier,
        userTokens: any UserTokenVerifier,
        connect: any ConnectSessions,
        approvals: any ApprovalFollowing,
        settings: APISettings,
        sink: any AuditSink,
        now: @escaping @Sendable () -> Int64,
        issuePlaceholder: @escaping @Sendable (PlaceholderOrder) -> String?
    ) {
        self.administration = administration
        self.directory = directory
        self.nonces = nonces
        self.carrier = carrier
        self.userTokens = userTokens
        self.connect = connect
        self.approvals = approvals
        self.settings = settings
        self.sink = sink
        self.now = now
        self.issuePlaceholder = issuePlaceholder
    }
}

/// What a placeholder is to stand for.
package struct PlaceholderOrder: Hashable, Sendable {
    package let principal: PrincipalID
    /// The id of the grant.
    package let grant: String
    package let host: Destination
    /// The id of the key it dies with; `nil` for one of the configuration file.
    package let key: String?
    /// Seconds since 1970.
    package let until: Int64
    /// What the client says of the request it is for.
    package let attribution: CallAttribution

    package init(
        principal: PrincipalID,
        grant: String,
        host: Destination,
        key: String?,
        until: Int64,
        attribution: CallAttribution
    ) {
        self.attribution = attribution
        self.principal = principal
        self.grant = grant
        self.host = host
        self.key = key
        self.until = until
    }
}
