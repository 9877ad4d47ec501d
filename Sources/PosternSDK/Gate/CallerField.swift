internal import PosternAdmin

/// Whom a request names as its caller: an agent of ours, or just a word for the audit log.
enum CallerField: Hashable, Sendable {
    case agent(id: String)
    case label(String)

    private static let maxLength = 255
    private static let types = ["agent", "service"]

    /// Reads the fields `X-Alter-Caller` and `X-Alter-Caller-Type`; `nil` without them.
    init?(_ fields: SignedFields) throws(SDKRefusal) {
        guard let caller = fields.caller else { return nil }
        guard caller.utf8.count <= CallerField.maxLength, caller.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) else {
            throw .invalid("the caller is not 1 to \(CallerField.maxLength) printable ASCII characters")
        }
        guard fields.callerType.map(CallerField.types.contains) ?? true else {
            throw .invalid("the type of the caller is neither agent nor service")
        }
        let id = caller.lowercased()
        self = Identifier.isOne(id) ? .agent(id: id) : .label(caller)
    }
}
