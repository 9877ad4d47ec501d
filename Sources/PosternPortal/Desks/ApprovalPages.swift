package import PosternCore

/// What the pages about approvals ask for and do.
///
/// Implemented over the desk, and by tests. An id is that of an approval or of one of its decisions. Whoever may not see an
/// approval is told that there is none.
package protocol ApprovalPages: Sendable {
    /// Those that wait, oldest first, and then those that are decided, newest first; not more than a page holds.
    func approvals(for person: PortalPerson) async throws(PageRefusal) -> [ApprovalSummary]

    func approval(_ id: String, for person: PortalPerson) async throws(PageRefusal) -> ApprovalDetails

    /// Approves, in all decisions that are this person's; `unseen` is whether that holds for what is not shown as well.
    ///
    /// - Throws: ``PageRefusal/invalid(_:)`` if not all is shown, and it does not.
    func approve(_ id: String, unseen: Bool, by person: PortalPerson) async throws(PageRefusal)

    /// Denies, for a reason that is told to whoever asked; `nil` without one.
    func deny(_ id: String, reason: String?, by person: PortalPerson) async throws(PageRefusal)
}

/// An approval in a list.
package struct ApprovalSummary: Hashable, Sendable {
    package let id: String
    package var status: StoredApproval.Status
    /// Who asks, for people: the agent's name, or the user and the agent.
    package var asker: String
    package var method: String
    package var host: String
    package var path: String
    /// Nanoseconds since 1970, as all times here.
    package var createdAt: Int64
    package var expiresAt: Int64
    /// Whether this person's decision is waited for.
    package var isWaitedFor: Bool

    package init(
        id: String,
        status: StoredApproval.Status,
        asker: String,
        method: String,
        host: String,
        path: String,
        createdAt: Int64,
        expiresAt: Int64,
        isWaitedFor: Bool
    ) {
        self.id = id
        self.status = status
        self.asker = asker
        self.method = method
        self.host = host
        self.path = path
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.isWaitedFor = isWaitedFor
    }
}

/// All that a person sees who is to decide.
package struct ApprovalDetails: Hashable, Sendable {
    package var summary: ApprovalSummary
    /// What will happen, in a sentence or two of ours.
    package var words: String
    package var sender: StoredApproval.Sender
    /// More about who asks and by what grant: a name and a value each.
    package var facts: [NamedText]
    /// The query, decoded, in order.
    package var parameters: [NamedText]
    /// The fields that are sent.
    package var fields: [NamedText]
    /// `nil` if the request has none.
    package var body: BodyPreview?
    /// Whether anything but the body's end is not shown.
    package var hasCutParts: Bool
    /// Why it is made, in the words of whoever asks.
    package var reason: String?
    /// The work that it is said to be part of, in the words of whoever asks.
    package var context: [NamedText]
    package var decisions: [ApprovalDecision]
    package var decidedAt: Int64?
    /// What was said when it was denied.
    package var decisionReason: String?
    /// What became of it: the upstream's status, or why it failed.
    package var outcome: String?

    package init(
        summary: ApprovalSummary,
        words: String,
        sender: StoredApproval.Sender,
        facts: [NamedText] = [],
        parameters: [NamedText] = [],
        fields: [NamedText] = [],
        body: BodyPreview? = nil,
        isPartial: Bool = false,
        reason: String? = nil,
        context: [NamedText] = [],
        decisions: [ApprovalDecision],
        decidedAt: Int64? = nil,
        decisionReason: String? = nil,
        outcome: String? = nil
    ) {
        self.summary = summary
        self.words = words
        self.sender = sender
        self.facts = facts
        self.parameters = parameters
        self.fields = fields
        self.body = body
        hasCutParts = isPartial
        self.reason = reason
        self.context = context
        self.decisions = decisions
        self.decidedAt = decidedAt
        self.decisionReason = decisionReason
        self.outcome = outcome
    }

    /// Whether anything of the request is not shown, in its body or elsewhere.
    package var isPartial: Bool { hasCutParts || body?.isCut == true }
}

/// A text and what it is.
package struct NamedText: Hashable, Sendable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// As much of a body as a person is shown.
package struct BodyPreview: Hashable, Sendable {
    /// Pretty where it is JSON; control characters are written out.
    package var text: String
    /// Whether there is more than that.
    package var isCut: Bool
    package var byteCount: Int
    /// SHA-256 of the whole body, in hexadecimal digits.
    package var digest: String
    package var contentType: String?

    package init(text: String, isCut: Bool, byteCount: Int, digest: String, contentType: String? = nil) {
        self.text = text
        self.isCut = isCut
        self.byteCount = byteCount
        self.digest = digest
        self.contentType = contentType
    }
}

/// One decision that has to be made.
package struct ApprovalDecision: Hashable, Sendable {
    package enum Status: Hashable, Sendable {
        case pending, approved, denied, expired
    }

    /// Who has to decide; `nil` is any operator.
    package var approver: String?
    package var status: Status
    /// Who did.
    package var decidedBy: String?
    package var decidedAt: Int64?

    package init(approver: String?, status: Status, decidedBy: String? = nil, decidedAt: Int64? = nil) {
        self.approver = approver
        self.status = status
        self.decidedBy = decidedBy
        self.decidedAt = decidedAt
    }
}
