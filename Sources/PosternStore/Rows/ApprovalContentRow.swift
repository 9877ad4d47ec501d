internal import FoundationEssentials
internal import GRDB
internal import PosternCore

/// What is kept apart of an approval, encrypted: what was frozen, and afterwards the answer to it.
struct ApprovalContentRow: StoredRow {
    enum Kind: String { case request, answer }

    /// The approval's.
    let id: String
    let kind: Kind
    private let sealed: Data

    /// Encrypts what is nobody's to read.
    init(_ content: Secret, _ kind: Kind, ofApproval id: String, _ sealer: ValueSealer) throws {
        self.id = id
        self.kind = kind
        sealed = try sealer.seal(content, in: kind.rawValue, of: .approvalContents, id: id)
    }

    /// Decrypts it.
    func opened(_ sealer: ValueSealer) throws -> Secret {
        try sealer.open(sealed, in: kind.rawValue, of: .approvalContents, id: id)
    }

    var table: Table { .approvalContents }

    var values: [DatabaseValue] { [id.databaseValue, kind.rawValue.databaseValue, sealed.databaseValue] }

    init(_ columns: inout Columns) throws {
        id = try columns.text()
        kind = try columns.choice()
        sealed = try columns.bytes()
    }
}

extension KeptAnswer {
    /// Reads what is known of it without opening it.
    init(_ columns: inout Columns) throws {
        self.init(
            approval: try columns.text(),
            asker: Asker(try PrincipalID(&columns), agentID: try columns.optionalText()),
            bytes: Int(try columns.number())
        )
    }
}
