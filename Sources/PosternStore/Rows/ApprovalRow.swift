internal import FoundationEssentials
internal import GRDB
internal import PosternCore

/// An approval whose request and answer are encrypted.
struct ApprovalRow: StoredRow {
    /// With no bytes in the place of what is encrypted.
    private let approval: StoredApproval
    private let request: Data
    private let result: Data?

    /// Encrypts what is nobody's to read.
    init(_ approval: StoredApproval, _ sealer: ValueSealer) throws {
        self.approval = approval
        request = try sealer.seal(approval.request, in: "request", of: .approvals, id: approval.id)
        result = try approval.result.map { try sealer.seal($0, in: "result", of: .approvals, id: approval.id) }
    }

    /// Decrypts it.
    func opened(_ sealer: ValueSealer) throws -> StoredApproval {
        StoredApproval(
            id: approval.id,
            asker: approval.asker,
            keyID: approval.keyID,
            grantID: approval.grantID,
            sender: approval.sender,
            status: approval.status,
            gates: approval.gates,
            fingerprint: approval.fingerprint,
            request: try sealer.open(request, in: "request", of: .approvals, id: approval.id),
            reason: approval.reason,
            createdAt: approval.createdAt,
            expiresAt: approval.expiresAt,
            decidedAt: approval.decidedAt,
            decisionReason: approval.decisionReason,
            executedAt: approval.executedAt,
            failure: approval.failure,
            result: try result.map { try sealer.open($0, in: "result", of: .approvals, id: approval.id) }
        )
    }

    var id: String { approval.id }

    /// Whether one of its decisions has this id.
    func hasGate(_ id: String) -> Bool {
        guard let gates = try? JSONDocument(Array(approval.gates.utf8)).root else { return false }
        return gates.elements.contains { gate in
            gate.members.contains { $0.string == Array("id".utf8) && $1.string == Array(id.utf8) }
        }
    }

    var table: Table { .approvals }

    var values: [DatabaseValue] {
        let principal = approval.asker.principal.columns
        return [
            approval.id.databaseValue, principal.kind.databaseValue, principal.id.databaseValue,
            approval.asker.agentID.databaseValue, approval.keyID.databaseValue,
            approval.grantID.databaseValue, approval.sender.rawValue.databaseValue,
            approval.status.rawValue.databaseValue, approval.gates.databaseValue, approval.fingerprint.databaseValue,
            request.databaseValue, approval.reason.databaseValue, approval.createdAt.databaseValue,
            approval.expiresAt.databaseValue, approval.decidedAt.databaseValue, approval.decisionReason.databaseValue,
            approval.executedAt.databaseValue, approval.failure.databaseValue, result.databaseValue,
        ]
    }

    init(_ columns: inout Columns) throws {
        let id = try columns.text()
        let asker = Asker(try PrincipalID(&columns), agentID: try columns.optionalText())
        let keyID = try columns.optionalText()
        let grantID = try columns.text()
        let sender: StoredApproval.Sender = try columns.choice()
        let status: StoredApproval.Status = try columns.choice()
        let gates = try columns.text()
        let fingerprint = try columns.digest()
        request = try columns.bytes()
        approval = StoredApproval(
            id: id,
            asker: asker,
            keyID: keyID,
            grantID: grantID,
            sender: sender,
            status: status,
            gates: gates,
            fingerprint: fingerprint,
            request: Secret([]),
            reason: try columns.optionalText(),
            createdAt: try columns.number(),
            expiresAt: try columns.number(),
            decidedAt: try columns.optionalNumber(),
            decisionReason: try columns.optionalText(),
            executedAt: try columns.optionalNumber(),
            failure: try columns.optionalText()
        )
        result = try columns.optionalBytes()
    }
}

extension PrincipalID {
    /// What stands in the columns `principal` and `principal_id`.
    var columns: (kind: String, id: String?) {
        switch self {
        case .agent(let name): ("agent", name)
        case .user(let id): ("user", id)
        case .app: ("app", nil)
        }
    }

    fileprivate init(_ columns: inout Columns) throws {
        let kind = try columns.text()
        let id = try columns.optionalText()
        switch (kind, id) {
        case ("agent", let name?): self = .agent(name)
        case ("user", let id?): self = .user(id)
        case ("app", nil): self = .app
        default: throw columns.damage
        }
    }
}
