// What is answered where keys of the API, connections of users, and the approval of persons come in.
extension ProblemDetails {
    static let keyOutOfPlace = ProblemDetails(
        403,
        "key_out_of_place",
        "http_request_denied",
        "The key may not be used for this, or from here",
        "It is bound to scopes or to addresses; requests through the proxy take a key with the scope proxy:execute."
    )

    static let placeholderExpired = ProblemDetails(
        401,
        "placeholder_expired",
        "http_request_denied",
        "The placeholder stands for nothing any more",
        "It has expired, or its key or grant has ended. Ask /sdk/token for another one.",
        fields: [("WWW-Authenticate", "Bearer realm=\"postern\", error=\"invalid_token\"")]
    )

    init(_ refusal: RequestRuleRefusal) {
        switch refusal {
        case .denied(let reason):
            self.init(
                403,
                "request_rule_denied",
                "http_request_denied",
                "The caller's own rule forbids the request",
                "The rule that came with the call forbids it: \(reason)."
            )
        case .stepUp(let reason):
            self.init(
                403,
                "step_up_required",
                "http_request_denied",
                "The caller's own rule asks for a person",
                "Nobody can be asked about this call: \(reason)."
            )
        case .unredactable(let reason):
            self.init(
                403,
                "redact_discharge_failed",
                "http_request_denied",
                "The caller's own rule wants something left out that cannot be",
                "Nothing was sent, since it would have been sent whole: \(reason)."
            )
        case .unusable(let reason):
            self.init(
                400,
                "request_rule_unusable",
                "http_request_error",
                "The caller's own rule cannot be applied",
                "A rule that cannot be judged forbids: \(reason)."
            )
        }
    }

    /// How many seconds a client is told to wait before it asks again.
    private static let pendingRetrySeconds = 5

    init(_ refusal: ApprovalRefusal) {
        switch refusal {
        case .pending(let approval):
            self.init(
                503,
                "approval_pending",
                "http_request_denied",
                "A person has to approve the request",
                "It waits as approval \(approval.id). Send the identical request again once it is approved: it is sent then, once."
            )
            fields = [("Retry-After", "\(ProblemDetails.pendingRetrySeconds)")]
            self.approval = (approval.id, approval.gates.first?.url ?? "")
        case .denied(let id):
            self.init(
                403,
                "approval_denied",
                "http_request_denied",
                "A person has denied the request",
                "Approval \(id) was denied. Do not send the request again; ask whoever denied it."
            )
            self.approval = (id, "")
        case .expired(let id):
            self.init(
                403,
                "approval_expired",
                "http_request_denied",
                "Nobody has approved the request in time",
                "Approval \(id) has expired. Sending the request again asks anew."
            )
            self.approval = (id, "")
        case .unaskable(let reason):
            self.init(
                403,
                "approval_impossible",
                "http_request_denied",
                "Nobody can be asked about the request",
                "A person has to approve it, and cannot: \(reason)."
            )
        case .unavailable:
            self.init(
                503,
                "approval_unavailable",
                "proxy_internal_error",
                "Nobody can be asked about the request now",
                "Nothing was sent. Try again later; the operator finds the reason in the log."
            )
        }
    }

    init(_ refusal: CredentialRefusal) {
        switch refusal {
        case .broken(let rule):
            self.init(
                403,
                "connection_broken",
                "http_request_denied",
                "The user's connection has ended",
                "The provider does not renew the token of grant \(rule) any more. Its user has to connect the account again."
            )
        case .unavailable(let rule):
            self.init(
                503,
                "token_refresh_failed",
                "proxy_internal_error",
                "The user's token could not be renewed",
                "The token of grant \(rule) has ended, and the provider gave no other one now. Try again."
            )
            fields = [("Retry-After", "\(ProblemDetails.pendingRetrySeconds)")]
        }
    }
}
