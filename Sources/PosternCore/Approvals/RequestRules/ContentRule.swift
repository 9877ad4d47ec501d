/// A rule of the type `content_match`: which calls it is about, under which conditions, and what becomes of them.
///
/// Postern has no list of providers' operations, so a rule that names some cannot be judged by. Families are told by the
/// method, and a POST, which may do anything, belongs to each of them.
struct ContentRule {
    /// What becomes of a call that it is about.
    enum Effect {
        case deny
        /// These members are taken out of its body.
        case redact([String])
        case stepUp
    }

    /// A kind of operation.
    enum Family: String, CaseIterable {
        case send, read, write, delete, admin, payment

        func mayInclude(_ method: Method) -> Bool {
            switch method {
            case .post: true
            case .get, .head, .options, .trace, .connect: self == .read
            case .put, .patch: self != .read && self != .delete
            case .delete: self == .delete || self == .admin || self == .write
            }
        }
    }

    private let families: [Family]
    private let conditions: [ParameterCondition]
    private let effect: Effect

    /// Reads the body of a rule.
    init(_ body: consuming RuleObject) throws(RequestRuleFault) {
        var body = body
        var match = try body.object("match")
        guard try match.texts("operations", most: 100, longest: 255).isEmpty else {
            throw RequestRuleFault("match.operations: no operations of providers are known here; use families")
        }
        families = try ContentRule.families(try match.texts("families", most: 100, longest: 20))
        try match.end()
        conditions = try ContentRule.conditions(body.take("params"))
        effect = try ContentRule.effect(&body)
        try body.end()
    }

    /// Judges a call, which is taken apart only if that matters.
    func judge(_ method: Method, _ call: () -> RequestParameters) -> RequestRuleJudge.Verdict {
        guard families.contains(where: { $0.mayInclude(method) }) else { return .allow }
        lazy var parameters = call()
        var work = MatchingWork()
        for condition in conditions {
            switch condition.judge(parameters, work: &work) {
            case .met: continue
            case .notMet: return .allow
            // What would take it out of the rule could not be seen, so it is in.
            case .unseen(let reason): return .deny(reason: "the request rule cannot be judged: \(reason)")
            }
        }
        switch effect {
        case .deny: return .deny(reason: "the request rule denies such a call")
        case .stepUp: return .stepUp
        case .redact(let names): return parameters.redacted(names)
        }
    }

    /// What it says where nothing of the call is known.
    var verdictOnRelease: RequestRuleJudge.Verdict {
        switch effect {
        case .deny: .deny(reason: "the request rule denies calls, and whoever holds the credential can make any")
        case .stepUp: .stepUp
        case .redact: .unredactable(reason: "nothing can be taken out of a body that is sent elsewhere")
        }
    }

    private static func families(_ names: [String]) throws(RequestRuleFault) -> [Family] {
        guard !names.isEmpty else { throw RequestRuleFault("match names neither operations nor families") }
        let families = names.compactMap { Family(rawValue: $0) }
        guard families.count == names.count else {
            throw RequestRuleFault("match.families: there are send, read, write, delete, admin and payment")
        }
        return families
    }

    private static func conditions(_ value: JSONValue?) throws(RequestRuleFault) -> [ParameterCondition] {
        guard let value else { return [] }
        guard value.kind == .array else { throw RequestRuleFault("params is not a list") }
        var conditions: [ParameterCondition] = []
        for element in value.elements {
            guard conditions.count < 20 else { throw RequestRuleFault("params has more than 20 conditions") }
            conditions.append(try ParameterCondition(try RuleObject(element, "params[\(conditions.count)]")))
        }
        return conditions
    }

    private static func effect(_ body: inout RuleObject) throws(RequestRuleFault) -> Effect {
        switch try body.text("effect") {
        case "deny": return .deny
        case "redact":
            var redact = try body.object("redact")
            let names = try redact.texts("fields", most: 50, longest: 120)
            try redact.end()
            guard !names.isEmpty else { throw RequestRuleFault("redact.fields is empty") }
            return .redact(names)
        case "step_up":
            var terms = try body.object("step_up")
            let age = try terms.value("max_session_age_seconds").number
            try terms.end()
            guard let age, age >= JSONNumber(1), age <= JSONNumber(86_400) else {
                throw RequestRuleFault("step_up.max_session_age_seconds must be 1 to 86400")
            }
            return .stepUp
        default: throw RequestRuleFault("effect must be deny, redact or step_up")
        }
    }
}
