/// A credential field of a request in which the placeholder of a sealed token stands.
///
/// It goes upstream with the token in the placeholder's place, and nothing else of the rule's credential does.
final class SealedSlot: Sendable {
    /// The place of the field in the head.
    let field: Int
    /// The value before and behind the placeholder; for Basic, of the decoded pair.
    let before: [UInt8]
    let after: [UInt8]
    let isBasic: Bool
    let token: SealedToken

    init(field: Int, before: [UInt8], after: [UInt8], isBasic: Bool, token: SealedToken) {
        self.field = field
        self.before = before
        self.after = after
        self.isBasic = isBasic
        self.token = token
    }

    /// Appends the value of the field.
    func appendValue(to buffer: inout [UInt8]) {
        guard isBasic else {
            buffer.append(contentsOf: before)
            token.value.withBytes { buffer.append(contentsOf: $0) }
            buffer.append(contentsOf: after)
            return
        }
        buffer.append(contentsOf: "Basic ".utf8)
        buffer.append(contentsOf: Base64.encode(before + token.value.withBytes(Array.init) + after))
    }
}
