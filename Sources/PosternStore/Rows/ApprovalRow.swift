internal import GRDB
internal import PosternCore

extension StoredApproval: StoredRow {
    /// Whether one of its decisions has this id.
    func hasGate(_ id: String) -> Bool {
        guard let gates = try? JSONDocument(Array(gates.utf8)).root else { return false }
        return gates.elements.contains { gate in
            gate.members.contains { $0.string == Array("id".utf8) && $1.string == Array(id.utf8) }
        }
    }

    var table: Table { .approvals }

    var values: [DatabaseValue] {
        let principal = asker.principal.columns
        return [
            id.databaseValue, principal.kind.databaseValue, principal.id.databaseValue, asker.agentID.databaseValue,
            keyID.databaseValue, grantID.databaseValue, sender.rawValue.databaseValue, status.rawValue.databaseValue,
            gates.databaseValue, fingerprint.databaseValue,
        ] + outline.values + [
            reason.databaseValue, createdAt.databaseValue, expiresAt.databaseValue, decidedAt.databaseValue,
            decisionReason.databaseValue, executedAt.databaseValue, failure.databaseValue,
        ]
    }

    init(_ columns: inout Columns) throws {
        self.init(
            id: try columns.text(),
            asker: Asker(try PrincipalID(&columns), agentID: try columns.optionalText()),
            keyID: try columns.optionalText(),
            grantID: try columns.text(),
            sender: try columns.choice(),
            status: try columns.choice(),
            gates: try columns.text(),
            fingerprint: try columns.digest(),
            outline: try ApprovalOutline(&columns),
            reason: try columns.optionalText(),
            createdAt: try columns.number(),
            expiresAt: try columns.number(),
            decidedAt: try columns.optionalNumber(),
            decisionReason: try columns.optionalText(),
            executedAt: try columns.optionalNumber(),
            failure: try columns.optionalText()
        )
    }
}

extension ApprovalOutline {
    fileprivate var values: [DatabaseValue] {
        [
            sentence.databaseValue, asker.databaseValue, method.databaseValue, host.databaseValue, path.databaseValue,
            isPartial.databaseValue, (body?.kind).databaseValue, (body?.bytes).databaseValue,
            body.map(\.sha256.databaseValue) ?? .null,
        ]
    }

    fileprivate init(_ columns: inout Columns) throws {
        self.init(
            sentence: try columns.text(),
            asker: try columns.text(),
            method: try columns.text(),
            host: try columns.text(),
            path: try columns.text(),
            isPartial: try columns.flag(),
            body: try Body(&columns)
        )
    }
}

extension ApprovalOutline.Body {
    fileprivate init?(_ columns: inout Columns) throws {
        let kind = try columns.optionalText()
        let bytes = try columns.optionalNumber()
        let digest = try columns.optionalBytes()
        switch (kind, bytes, digest) {
        case (nil, nil, nil): return nil
        case (let kind?, let bytes?, let digest?):
            guard let sha256 = KeyDigest(bytes: Array(digest)) else { throw columns.damage }
            self.init(kind: kind, bytes: Int(bytes), sha256: sha256)
        default: throw columns.damage
        }
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

    init(_ columns: inout Columns) throws {
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
