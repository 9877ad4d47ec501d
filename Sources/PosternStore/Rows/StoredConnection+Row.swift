internal import GRDB
internal import PosternCore

extension StoredConnection: StoredRow {
    var table: Table { .connections }

    var values: [DatabaseValue] {
        [
            id.databaseValue, userID.databaseValue, provider.databaseValue, account.databaseValue,
            accountDisplayName.databaseValue, scopes.lines, status.rawValue.databaseValue, secretID.databaseValue,
            tokenEndsAt.databaseValue, createdAt.databaseValue, updatedAt.databaseValue,
        ]
    }

    var lists: [[String]] { [scopes] }

    init(_ columns: inout Columns) throws {
        self.init(
            id: try columns.text(),
            userID: try columns.text(),
            provider: try columns.text(),
            account: try columns.text(),
            accountDisplayName: try columns.optionalText(),
            scopes: try columns.lines(),
            status: try columns.choice(),
            secretID: try columns.text(),
            tokenEndsAt: try columns.optionalNumber(),
            createdAt: try columns.number(),
            updatedAt: try columns.number()
        )
    }
}

extension StoredConnectSession: StoredRow {
    var table: Table { .connectSessions }

    var values: [DatabaseValue] {
        [
            id.databaseValue, pollDigest.databaseValue, pageDigest.databaseValue, userID.databaseValue,
            agentID.databaseValue, request.databaseValue, status.rawValue.databaseValue, outcome.databaseValue,
            createdAt.databaseValue, expiresAt.databaseValue,
        ]
    }

    init(_ columns: inout Columns) throws {
        self.init(
            id: try columns.text(),
            pollDigest: try columns.digest(),
            pageDigest: try columns.digest(),
            userID: try columns.text(),
            agentID: try columns.optionalText(),
            request: try columns.text(),
            status: try columns.choice(),
            outcome: try columns.text(),
            createdAt: try columns.number(),
            expiresAt: try columns.number()
        )
    }
}

extension StoredIdempotency: StoredRow {
    var table: Table { .idempotency }

    var values: [DatabaseValue] {
        [
            digest.databaseValue, bodyDigest.databaseValue, subjectID.databaseValue, asker.databaseValue,
            createdAt.databaseValue, expiresAt.databaseValue,
        ]
    }

    init(_ columns: inout Columns) throws {
        let digest = try columns.digest()
        let bodyDigest = try columns.digest()
        let subjectID = try columns.text()
        self.init(
            asker: try columns.text(),
            digest: digest,
            bodyDigest: bodyDigest,
            subjectID: subjectID,
            createdAt: try columns.number(),
            expiresAt: try columns.number()
        )
    }
}
