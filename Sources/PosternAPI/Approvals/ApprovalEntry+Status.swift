internal import PosternAdmin
internal import PosternControl
internal import PosternCore

extension ApprovalEntry {
    init(_ status: ApprovalStatus, gate: ApprovalGate? = nil) {
        self.init(
            id: status.id,
            principal: status.principal.words,
            grant: status.grant,
            sender: status.sender.rawValue,
            status: status.status.rawValue,
            gates: status.gates.map { Gate($0) },
            gate: gate?.id,
            createdAt: Timestamp.text(status.createdAt),
            expiresAt: Timestamp.text(status.expiresAt),
            decidedAt: status.decidedAt.map { Timestamp.text($0) },
            decisionReason: status.decisionReason,
            executedAt: status.executedAt.map { Timestamp.text($0) },
            failure: status.failure
        )
    }

    init(_ found: ApprovalCase) {
        self.init(found.status, gate: found.gate)
        request = ApprovalRequestWords(found.text)
    }
}

extension ApprovalEntry.Gate {
    fileprivate init(_ gate: ApprovalGate) {
        self.init(
            id: gate.id,
            approver: gate.approver,
            status: gate.status.rawValue,
            decidedAt: gate.decidedAt.map { Timestamp.text($0) },
            decidedBy: gate.decidedBy
        )
    }
}

extension ApprovalRequestWords {
    fileprivate init(_ text: ApprovalText) {
        self.init(
            sentence: text.sentence,
            method: text.method,
            host: text.host,
            path: text.path,
            parameters: text.parameters.map { Member($0) },
            fields: text.fields.map { Member($0) },
            body: text.body.map { Body($0) },
            claims: text.claims.map { Member($0) },
            partial: text.isPartial
        )
    }
}

extension ApprovalRequestWords.Member {
    fileprivate init(_ member: ApprovalText.Member) {
        self.init(name: member.name, value: member.value, cut: member.isCut)
    }
}

extension ApprovalRequestWords.Body {
    fileprivate init(_ body: ApprovalText.Body) {
        self.init(
            text: body.text,
            kind: body.kind.rawValue,
            cut: body.isCut,
            bytes: body.bytes,
            sha256: body.sha256
        )
    }
}

extension PrincipalID {
    fileprivate var words: String {
        switch self {
        case .agent(let name): "agent \(name)"
        case .user(let id): "user \(id)"
        case .app: "app"
        }
    }
}
