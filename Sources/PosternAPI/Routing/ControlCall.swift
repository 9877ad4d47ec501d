internal import PosternAdmin
internal import PosternCore

/// A request whose sender may ask it.
struct ControlCall: Sendable {
    let administration: Administration
    let services: ControlServices
    let `operator`: Operator
    /// What stands in the variable parts of the path, decoded.
    let parameters: [String: String]
    let query: [String: String]
    let body: BodyBytes

    /// What stands in one variable part of the path.
    func parameter(_ name: String) throws(ControlRefusal) -> String {
        guard let value = parameters[name] else { throw .invalid("the path has no \(name)") }
        return value
    }

    /// Reads the members of the body by `read`, which has to ask for all of them.
    func members<Result>(
        _ read: (inout RequestMembers) throws(ControlRefusal) -> Result
    ) throws(ControlRefusal) -> Result {
        var members = try RequestMembers(body: body)
        let result = try read(&members)
        try members.finish()
        return result
    }

    /// For requests that say all in their path.
    func expectNoMembers() throws(ControlRefusal) { try RequestMembers(body: body).finish() }

    /// A parameter of the query that is `true` or `false`; `false` if absent.
    func flag(_ name: String) throws(ControlRefusal) -> Bool {
        switch query[name] {
        case nil, "false": false
        case "true": true
        default: throw .invalid("\(name) is not true or false")
        }
    }
}
