internal import GRDB
internal import PosternCore

extension StoredApp: StoredRow {
    var table: Table { .apps }

    var values: [DatabaseValue] { [id.databaseValue, name.databaseValue, createdAt.databaseValue] }

    init(_ columns: inout Columns) throws {
        self.init(id: try columns.text(), name: try columns.text(), createdAt: try columns.number())
    }
}

extension StoredProvider: StoredRow {
    var table: Table { .providers }

    var values: [DatabaseValue] {
        [name.databaseValue, definition.databaseValue, createdAt.databaseValue, updatedAt.databaseValue]
    }

    init(_ columns: inout Columns) throws {
        self.init(
            name: try columns.text(),
            definition: try columns.text(),
            createdAt: try columns.number(),
            updatedAt: try columns.number()
        )
    }
}

extension StoredUser: StoredRow {
    var table: Table { .users }

    /// Without the groups, which have a table of their own.
    var values: [DatabaseValue] {
        [
            id.databaseValue, subject.databaseValue, displayName.databaseValue, isSuspended.databaseValue,
            createdAt.databaseValue, updatedAt.databaseValue, groupsIssuedAt.databaseValue,
        ]
    }

    init(_ columns: inout Columns) throws {
        self.init(
            id: try columns.text(),
            subject: try columns.text(),
            displayName: try columns.optionalText(),
            isSuspended: try columns.flag(),
            createdAt: try columns.number(),
            updatedAt: try columns.number()
        )
        groupsIssuedAt = try columns.optionalNumber()
    }
}

/// That a user belongs to a group.
struct GroupRow: StoredRow {
    let id: String
    let userID: String
    let name: String

    init(userID: String, name: String) {
        id = makeUUID()
        self.userID = userID
        self.name = name
    }

    var table: Table { .userGroups }

    var values: [DatabaseValue] { [id.databaseValue, userID.databaseValue, name.databaseValue] }

    init(_ columns: inout Columns) throws {
        id = try columns.text()
        userID = try columns.text()
        name = try columns.text()
    }
}

/// How often a grant that has a limit was used.
struct UsesRow: StoredRow {
    let grantID: String
    var count: Int

    init(grantID: String) {
        self.grantID = grantID
        count = 0
    }

    var table: Table { .uses }

    var values: [DatabaseValue] { [grantID.databaseValue, count.databaseValue] }

    init(_ columns: inout Columns) throws {
        grantID = try columns.text()
        count = Int(try columns.number())
    }
}
