internal import PosternCore

/// What persons are to be asked about, with all that is kept of it made ready: nothing of it is left to the store's queue.
struct ApprovalQuestion: Sendable {
    /// The most bytes of the client's reason, which is cut there.
    static let maxReasonBytes = 512
    /// The most bytes of all but the body.
    private static let maxHeadBytes = 128 << 10

    let request: FrozenRequest
    let sender: StoredApproval.Sender
    let fingerprint: KeyDigest
    let packed: Secret
    let outline: ApprovalOutline

    /// Puts a request in words and in the form in which it is kept.
    init(
        _ request: FrozenRequest,
        sender: StoredApproval.Sender,
        fingerprint: KeyDigest,
        names: ApprovalNames
    ) {
        self.request = request
        self.sender = sender
        self.fingerprint = fingerprint
        packed = request.packed
        outline = ApprovalOutline(ApprovalText(request, names: names))
    }

    /// Refuses what is too long to be kept, before any of it is copied.
    static func check(_ request: FrozenRequest, _ settings: ApprovalSettings) throws(AdministrationError) {
        guard request.body.count <= settings.maxBodyBytes else {
            throw AdministrationError.conflict(
                code: "approval_too_large",
                reason: "a body of more than \(settings.maxBodyBytes) bytes cannot be approved"
            )
        }
        guard request.packedCount <= settings.maxBodyBytes + maxHeadBytes else {
            throw AdministrationError.conflict(
                code: "approval_too_large",
                reason: "an address and header fields of that many bytes cannot be approved"
            )
        }
    }
}

extension FrozenRequest {
    /// With no more of the client's reason than is kept.
    var withShortReason: FrozenRequest {
        var request = self
        guard let reason = attribution.reason, reason.utf8.count > ApprovalQuestion.maxReasonBytes else { return self }
        var room = ApprovalQuestion.maxReasonBytes - "…".utf8.count
        let beginning = reason.unicodeScalars.prefix { scalar in
            room -= UTF8.width(scalar)
            return room >= 0
        }
        request.attribution.reason = String(beginning) + "…"
        return request
    }
}

extension AdministrationError {
    /// As many wait as may.
    static func tooManyApprovals(_ count: Int) -> AdministrationError {
        .conflict(code: "too_many_approvals", reason: "\(count) requests wait for an approval already")
    }
}

extension ApprovalOutline {
    /// What of the words is kept.
    fileprivate init(_ text: ApprovalText) {
        self.init(
            sentence: text.sentence,
            asker: text.principal,
            method: text.method,
            host: text.host,
            path: text.path,
            isPartial: text.isPartial,
            body: text.body.map { Body(kind: $0.kind.rawValue, bytes: $0.bytes, sha256: $0.digest) }
        )
    }
}
