internal import PosternCore

/// A call that Postern is asked to make.
struct ProxyOrder: Sendable {
    let address: GrantAddress
    let userToken: Secret?
    let method: Method
    let url: CallURL
    let fields: CallFields
    let body: [UInt8]?
    let reason: String?

    /// Reads the members that say it.
    init(_ members: inout SDKMembers) throws(SDKRefusal) {
        address = try GrantAddress(&members)
        userToken = try members.secret("user_token")
        method = try ProxyOrder.method(try members.requiredText("method"))
        let parameters = try ProxyOrder.parameters(members.value("query_params"))
        url = try CallURL(try members.requiredText("url"), adding: parameters)
        body = members.value("body").map { Array($0.source) }
        fields = try CallFields(try members.textsByName("headers") ?? [], hasBody: body != nil)
        reason = try members.text("reason")
    }

    private static func method(_ name: String) throws(SDKRefusal) -> Method {
        guard let method = Method(rawValue: name.uppercased()), method.isForwardable else {
            throw SDKRefusal(status: 422, code: "method_not_supported", message: "the method is not supported")
        }
        return method
    }

    /// The parameters in order: a list stands for a name that is repeated.
    private static func parameters(_ value: JSONValue?) throws(SDKRefusal) -> [(name: String, value: String)] {
        guard let value else { return [] }
        guard value.kind == .object else { throw .invalid("query_params is not an object") }
        var parameters: [(name: String, value: String)] = []
        for member in value.members {
            let name = String(decoding: member.name.string ?? [], as: UTF8.self)
            let values = member.value.kind == .array ? Array(member.value.elements) : [member.value]
            for value in values { parameters.append((name, try text(value))) }
        }
        return parameters
    }

    private static func text(_ value: JSONValue) throws(SDKRefusal) -> String {
        switch value.kind {
        case .string: String(decoding: value.string ?? [], as: UTF8.self)
        case .boolean, .number: String(decoding: value.source, as: UTF8.self)
        case .null: ""
        case .array, .object: throw .invalid("a value in query_params is neither plain nor a list of plain ones")
        }
    }
}
