internal import PosternAdmin
internal import PosternCore

/// A request whose sender may ask it.
struct SDKCall: Sendable {
    let services: SDKServices
    let caller: SDKCaller
    /// What stands in the variable parts of the path, decoded; without `/`.
    let parameters: [String: String]
    let query: [String: String]
    let request: ServiceRequest

    var administration: Administration { services.administration }

    /// The directory that is in force now.
    var directory: Directory { services.directory.directory }

    /// What stands in one variable part of the path.
    func parameter(_ name: String) throws(SDKRefusal) -> String {
        guard let value = parameters[name] else { throw .invalid("the path has no \(name)") }
        return value
    }

    /// Reads the members of the body by `read`.
    ///
    /// Members that it does not ask for are refused, unless others are ignored.
    func members<Result>(
        ignoringOthers: Bool = false,
        _ read: (inout SDKMembers) throws(SDKRefusal) -> Result
    ) throws(SDKRefusal) -> Result {
        var members = try SDKMembers(body: request.body)
        let result = try read(&members)
        if !ignoringOthers { try members.finish() }
        return result
    }

    /// For requests that say all in their path.
    func expectNoMembers() throws(SDKRefusal) { try SDKMembers(body: request.body).finish() }

    /// A parameter of the query that is `true` or `false`; `false` if absent.
    func flag(_ name: String) throws(SDKRefusal) -> Bool {
        switch query[name]?.lowercased() {
        case nil, "false": false
        case "true": true
        default: throw .invalid("\(name) is not true or false")
        }
    }

    /// A parameter of the query that is a whole number; `nil` if absent.
    func integer(_ name: String, in range: ClosedRange<Int>) throws(SDKRefusal) -> Int? {
        guard let text = query[name] else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw .invalid("\(name) is not a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }
}
