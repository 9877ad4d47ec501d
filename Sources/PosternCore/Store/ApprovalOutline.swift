/// What is said of a frozen request without reading it: short, in words as they are shown, and kept as long as its approval.
package struct ApprovalOutline: Hashable, Sendable {
    /// What is known of a body that is not shown.
    package struct Body: Hashable, Sendable {
        /// `json`, `text` or `binary`.
        package let kind: String
        package let bytes: Int
        package let sha256: KeyDigest

        package init(kind: String, bytes: Int, sha256: KeyDigest) {
            self.kind = kind
            self.bytes = bytes
            self.sha256 = sha256
        }
    }

    /// Who will send what to whom.
    package let sentence: String
    /// Who asks.
    package let asker: String
    package let method: String
    package let host: String
    package let path: String
    /// Whether a part of the request is shown to nobody, for it is too long.
    package let isPartial: Bool
    /// `nil` is no body.
    package let body: Body?

    package init(
        sentence: String,
        asker: String,
        method: String,
        host: String,
        path: String,
        isPartial: Bool,
        body: Body?
    ) {
        self.sentence = sentence
        self.asker = asker
        self.method = method
        self.host = host
        self.path = path
        self.isPartial = isPartial
        self.body = body
    }
}

/// Which approvals are asked for; every member that is not `nil` narrows.
package struct ApprovalFilter: Sendable {
    package var states: Set<StoredApproval.Status>
    package var asker: Asker?
    /// Somebody whom a gate asks by name.
    package var approver: String?
    /// Those that can be decided after this time.
    package var endingAfter: Int64?

    package init(
        _ states: Set<StoredApproval.Status>,
        asker: Asker? = nil,
        approver: String? = nil,
        endingAfter: Int64? = nil
    ) {
        self.states = states
        self.asker = asker
        self.approver = approver
        self.endingAfter = endingAfter
    }
}
