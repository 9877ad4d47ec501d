internal import PosternCore

/// Why nothing may come of an approval any more, though it is not over: its code.
enum ApprovalEnd: String {
    case agentRevoked = "agent_revoked"
    case userRemoved = "user_removed"
    /// The key with which it was asked for.
    case keyRevoked = "key_revoked"
    case keyExpired = "key_expired"
    /// Somebody has to approve by now who was not asked.
    case superseded = "approval_superseded"
}

// What was asked under an authority that is no more is not left to persons: they could not see that.
extension Act {
    /// Ends everything that an agent has asked for and that is not being sent.
    mutating func endApprovals(askedBy agent: StoredAgent) throws {
        let asker = Asker(.agent(agent.name), agentID: agent.id)
        for approval in try openApprovals(of: asker) { _ = try end(approval, .agentRevoked) }
    }

    /// Ends everything that was asked for a user and that is not being sent.
    mutating func endApprovals(askedFor user: StoredUser) throws {
        for approval in try openApprovals(of: Asker(.user(user.id))) { _ = try end(approval, .userRemoved) }
    }

    /// Ends everything that was asked for with some keys and that is not being sent.
    mutating func endApprovals(askedWith keys: [StoredKey]) throws {
        let ids = Set(keys.map(\.id))
        for approval in try openApprovals(of: nil) where approval.keyID.map(ids.contains) ?? false {
            _ = try end(approval, .keyRevoked)
        }
    }

    /// Ends one, which is recorded beside whatever else is done.
    mutating func end(_ approval: StoredApproval, _ reason: ApprovalEnd) throws -> StoredApproval {
        var approval = approval
        approval.status = .failed
        approval.failure = reason.rawValue
        try store.update(approval, answer: nil)
        var act = AdministrativeAct("approval_void", by: record.by)
        act.note(approval)
        act.detail = reason.rawValue
        consequences.append(act)
        return approval
    }

    private func openApprovals(of asker: Asker?) throws -> [StoredApproval] {
        let open = ApprovalFilter([.pending, .approved], asker: asker)
        return try store.approvals(open, Page()).filter { !$0.isOverdue(at: now) }
    }
}

extension StoreReader {
    /// Why an asker may not ask any more, with the key that was shown; `nil` if it may.
    func end(of asker: Asker, key id: String?, now: Int64) throws -> ApprovalEnd? {
        switch asker.principal {
        case .agent:
            if let agent = asker.agentID, try self.agent(id: agent)?.status ?? .revoked == .revoked {
                return .agentRevoked
            }
        case .user(let user): if try self.user(id: user) == nil { return .userRemoved }
        case .app: break
        }
        guard let id else { return nil }
        guard let key = try key(id: id), key.revokedAt == nil else { return .keyRevoked }
        return key.works(at: now) ? nil : .keyExpired
    }
}

extension AdministrativeAct {
    /// Notes what approval it is about.
    mutating func note(_ approval: StoredApproval) {
        self.approval = approval.id
        grant = approval.grantID
        note(approval.asker.principal)
    }

    /// Notes who has asked.
    mutating func note(_ principal: PrincipalID) {
        agent = nil
        user = nil
        switch principal {
        case .agent(let name): agent = name
        case .user(let id): user = id
        case .app: break
        }
    }
}
