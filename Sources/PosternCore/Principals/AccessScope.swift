/// What a key may be used for: `resource:verb`, perhaps only on one instance (`grants:read:<id>`), or an action such as
/// `proxy:execute`.
///
/// `write` implies `read`, and `admin` both; an action implies nothing but itself.
package struct AccessScope: Hashable, Sendable {
    /// The resources that have the verbs.
    package static let resources = ["agents", "grants", "keys", "secrets", "idp_users", "audit_logs", "usage"]
    /// What can be done to a resource, in the order in which it implies what stands before.
    package static let verbs = ["read", "write", "admin"]
    /// What can be done beside that.
    package static let actions = [
        "tokens:retrieve", "proxy:execute", "connect:initiate", "keys:derive", "audit:emit", "spans:emit",
        "providers:read", "approvals:read",
    ]
    /// Raised when a scope is added or removed.
    package static let version = 1

    /// Every scope that is for all instances and implied by no other one.
    package static let all = resources.map { "\($0):admin" } + actions

    private let subject: String
    /// The rank of its verb; `nil` for an action.
    private let rank: Int?
    private let instance: String?

    /// Reads a scope; `nil` for one that there is not.
    package init?(_ text: String) {
        if AccessScope.actions.contains(text) {
            (subject, rank, instance) = (text, nil, nil)
            return
        }
        let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 2, AccessScope.resources.contains(parts[0]),
            let rank = AccessScope.verbs.firstIndex(of: parts[1])
        else { return nil }
        if parts.count == 3, parts[2].isEmpty || parts[2] == "*" { return nil }
        (subject, self.rank, instance) = (parts[0], rank, parts.count == 3 ? parts[2] : nil)
    }

    /// Whether whoever has it has the other one, too.
    package func implies(_ other: AccessScope) -> Bool {
        guard subject == other.subject, instance == nil || instance == other.instance else { return false }
        switch (rank, other.rank) {
        case (nil, nil): return true
        case (let rank?, let other?): return rank >= other
        case (nil, _?), (_?, nil): return false
        }
    }

    /// Whether a list of scopes implies all that there are; `nil` is just that.
    package static func hasAll(_ granted: [String]?) -> Bool { all.allSatisfy { list(granted, implies: $0) } }

    /// Whether a list of scopes implies one; `nil` is all scopes that there are.
    package static func list(_ granted: [String]?, implies wanted: String) -> Bool {
        guard let wanted = AccessScope(wanted) else { return false }
        guard let granted else { return true }
        return granted.contains { AccessScope($0)?.implies(wanted) ?? false }
    }
}
