internal import PosternCore

/// How far something has come, as a word in a frame; the colour says nothing that the word does not say.
enum StatusBadge {
    static func of(_ status: StoredApproval.Status) -> HTML {
        switch status {
        case .pending: "<span class=\"badge waiting\">Waiting</span>"
        case .approved: "<span class=\"badge good\">Approved</span>"
        case .executing: "<span class=\"badge waiting\">Being sent</span>"
        case .executed: "<span class=\"badge good\">Sent</span>"
        case .failed: "<span class=\"badge bad\">Failed</span>"
        case .denied: "<span class=\"badge bad\">Denied</span>"
        case .expired: "<span class=\"badge\">Expired</span>"
        }
    }

    static func of(_ status: ApprovalDecision.Status) -> HTML {
        switch status {
        case .pending: "<span class=\"badge waiting\">Waiting</span>"
        case .approved: "<span class=\"badge good\">Approved</span>"
        case .denied: "<span class=\"badge bad\">Denied</span>"
        case .expired: "<span class=\"badge\">Expired</span>"
        }
    }

    static func of(_ status: StoredConnection.Status) -> HTML {
        switch status {
        case .active: "<span class=\"badge good\">Connected</span>"
        case .broken: "<span class=\"badge bad\">Has to be connected again</span>"
        case .revoked: "<span class=\"badge\">Revoked</span>"
        }
    }
}
