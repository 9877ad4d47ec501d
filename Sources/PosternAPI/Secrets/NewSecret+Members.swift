internal import PosternAdmin
internal import PosternCore

extension NewSecret {
    init(_ members: inout RequestMembers) throws(ControlRefusal) {
        let name = try members.requiredText("name")
        let provider = try members.requiredText("provider")
        self.init(name: name, provider: provider, values: try members.secretValues())
        inputs = try members.textsByName("inputs") ?? [:]
        selfBinders = try members.texts("self_binders")
        allowsSelfBind = try members.boolean("self_bind") ?? (selfBinders != nil)
    }
}

extension SecretChange {
    init(_ members: inout RequestMembers) throws(ControlRefusal) {
        self.init()
        inputs = try members.change("inputs", empty: [:]) { members throws(ControlRefusal) in
            try members.textsByName("inputs")
        }
        allowsSelfBind = try members.change("self_bind", empty: false) { members throws(ControlRefusal) in
            try members.boolean("self_bind")
        }
        selfBinders = try members.change("self_binders") { members throws(ControlRefusal) in
            try members.texts("self_binders")
        }
    }
}

/// New values of a secret.
struct SecretRotation {
    let values: [String: Secret]
    let inputs: [String: String]?
    let overlap: Duration

    init(_ members: inout RequestMembers) throws(ControlRefusal) {
        values = try members.secretValues()
        inputs = try members.textsByName("inputs")
        overlap = try members.seconds("overlap_s") ?? .zero
    }
}

extension RequestMembers {
    /// What a secret consists of: `values`, or `value` if it has only one.
    fileprivate mutating func secretValues() throws(ControlRefusal) -> [String: Secret] {
        let value = try secret("value")
        let values = try secretsByName("values")
        switch (value, values) {
        case (let value?, nil): return ["secret": value]
        case (nil, let values?) where !values.isEmpty: return values
        case (_?, _?): throw .invalid("value and values exclude one another")
        default: throw .invalid("value or values is missing")
        }
    }
}
