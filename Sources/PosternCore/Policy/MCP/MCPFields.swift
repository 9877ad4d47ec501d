/// The header fields in which newer MCP clients repeat what a message says, so that gateways can route by them.
///
/// `Mcp-Method` is the method, `Mcp-Name` the name of a tool or prompt or the URI of a resource, `Mcp-Param-…` an argument. A
/// server may go by either, so a request in which they differ asks for two things at once.
package struct MCPFields: Sendable {
    private static let method = FieldName("mcp-method")
    private static let name = FieldName("mcp-name")
    private static let parameterPrefix = FieldName("mcp-param-").bytes

    private var methods: [[UInt8]] = []
    private var names: [[UInt8]] = []
    private var hasParameters = false

    /// Finds them in a request's head.
    package init(_ head: RequestHead) {
        for field in head.fields {
            if head.isNamed(field, MCPFields.method) {
                methods.append(Array(head[field.value]))
            } else if head.isNamed(field, MCPFields.name) {
                names.append(Array(head[field.value]))
            } else if head[field.name].prefix(MCPFields.parameterPrefix.count).map(FieldName.fold)
                == MCPFields.parameterPrefix
            {
                hasParameters = true
            }
        }
    }

    /// None of them.
    package init() {}

    private var isEmpty: Bool { methods.isEmpty && names.isEmpty && !hasParameters }

    /// Whether they say what the body says; `checksArguments` tells whether arguments matter to whoever asks.
    func agree(with root: JSONValue?, checksArguments: Bool) -> Verdict {
        guard !isEmpty else { return .holds }
        guard let root, root.kind == .object else {
            return .unknown("there are Mcp- fields, but not one message that they could repeat")
        }
        guard methods.count <= 1, names.count <= 1 else { return .unknown("an Mcp- field is there more than once") }
        if let method = methods.first {
            guard case .found(let value) = root.member(MCPMember.method), value.string == method else {
                return .fails("Mcp-Method is not the method of the message")
            }
        }
        if let name = names.first, !MCPFields.isNamed(root, name) {
            return .fails("Mcp-Name is not what the message names")
        }
        if hasParameters, checksArguments {
            return .unknown("Mcp-Param fields repeat arguments in a way that cannot be compared")
        }
        return .holds
    }

    private static func isNamed(_ message: JSONValue, _ name: [UInt8]) -> Bool {
        guard case .found(let parameters) = message.member(MCPMember.params) else { return false }
        for member in [MCPMember.name, MCPMember.uri] {
            if case .found(let value) = parameters.member(member) { return value.string == decoded(name) }
        }
        return false
    }

    /// What is not plain ASCII comes as `=?base64?…?=`.
    private static func decoded(_ value: [UInt8]) -> [UInt8]? {
        let prefix = Array("=?base64?".utf8)
        let suffix = Array("?=".utf8)
        guard value.starts(with: prefix), value.count > prefix.count + suffix.count, value.suffix(2) == suffix[...]
        else {
            return value
        }
        return Base64.decode(value[prefix.count...].dropLast(suffix.count))
    }
}
