internal import FoundationEssentials
internal import GRDB
internal import PosternCore

/// The values of one row whose seal held, taken one after another.
struct Columns {
    let table: Table
    private let values: [DatabaseValue]
    private var next = 0

    init(_ values: [DatabaseValue], of table: Table) {
        self.table = table
        self.values = values
    }

    mutating func text() throws -> String {
        guard let text = try optionalText() else { throw damage }
        return text
    }

    mutating func optionalText() throws -> String? {
        switch take() {
        case .null: nil
        case .string(let text): text
        case .int64, .double, .blob: throw damage
        }
    }

    mutating func number() throws -> Int64 {
        guard let number = try optionalNumber() else { throw damage }
        return number
    }

    mutating func optionalNumber() throws -> Int64? {
        switch take() {
        case .null: nil
        case .int64(let number): number
        case .string, .double, .blob: throw damage
        }
    }

    mutating func flag() throws -> Bool { try number() != 0 }

    mutating func bytes() throws -> Data {
        guard let bytes = try optionalBytes() else { throw damage }
        return bytes
    }

    mutating func optionalBytes() throws -> Data? {
        switch take() {
        case .null: nil
        case .blob(let bytes): bytes
        case .int64, .double, .string: throw damage
        }
    }

    mutating func digest() throws -> KeyDigest {
        guard let digest = KeyDigest(bytes: Array(try bytes())) else { throw damage }
        return digest
    }

    /// A list of texts, one a line.
    mutating func lines() throws -> [String] {
        guard let lines = try optionalLines() else { throw damage }
        return lines
    }

    mutating func optionalLines() throws -> [String]? {
        try optionalText()?.split(separator: "\n").map { String($0) }
    }

    /// One of the texts of an enumeration.
    mutating func choice<Choice: RawRepresentable<String>>(of type: Choice.Type = Choice.self) throws -> Choice {
        guard let choice = try optionalChoice(of: type) else { throw damage }
        return choice
    }

    mutating func optionalChoice<Choice: RawRepresentable<String>>(
        of type: Choice.Type = Choice.self
    ) throws -> Choice? {
        guard let text = try optionalText() else { return nil }
        guard let choice = Choice(rawValue: text) else { throw damage }
        return choice
    }

    /// What is thrown when a row holds what its table cannot hold.
    var damage: StoreError {
        guard case .string(let id) = values[0].storage else { return .tampered(table: table.name, id: "?") }
        return .tampered(table: table.name, id: id)
    }

    private mutating func take() -> DatabaseValue.Storage {
        defer { next += 1 }
        return values[next].storage
    }
}
