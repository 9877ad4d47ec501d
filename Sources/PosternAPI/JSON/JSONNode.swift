/// A value of a JSON text, by its place in the bytes.
///
/// Nothing is copied out of strings and numbers until they are asked for, so that a secret stays where it can be wiped.
struct JSONNode: Sendable {
    /// A member of an object.
    struct Member: Sendable {
        let name: String
        let value: JSONNode
    }

    /// What it is.
    enum Kind: Sendable {
        case null
        case boolean(Bool)
        case number
        case string
        case array([JSONNode])
        case object([Member])
    }

    let kind: Kind
    /// Where it stands; of a string, with its quotation marks.
    let range: Range<Int>

    var isNull: Bool {
        guard case .null = kind else { return false }
        return true
    }
}
