/// Judges calls by the rule that their caller itself attached.
///
/// Such a rule only ever takes away. What cannot be seen of a call counts against it, and a rule that is not understood is
/// refused whole: an unknown word must never come to mean "allow".
package enum RequestRuleJudge {
    /// What a rule says to a call.
    package enum Verdict: Hashable, Sendable {
        case allow
        case deny(reason: String)
        /// The call may be made with this body in place of its own.
        case redact(body: [UInt8])
        /// What is to be left out cannot be taken out of this call.
        case unredactable(reason: String)
        /// It wants a session that was proven lately; nobody proves one here.
        case stepUp
        /// It cannot be judged by.
        case unusable(reason: String)
    }

    /// Judges a call that is made here.
    ///
    /// `url` is absolute or a path; `fields` have names in any letter case.
    package static func judge(
        _ rule: RequestRule,
        method: Method,
        url: String,
        fields: [(name: String, value: String)],
        body: [UInt8]
    ) -> Verdict {
        judge(rule) { read in
            switch read {
            case .methods(let methods): methods.contains(method.rawValue) ? denied(method.rawValue) : .allow
            case .content(let rule):
                rule.judge(method) { RequestParameters(url: url, fields: fields, body: body) }
            }
        }
    }

    /// Judges the release of what stands for a credential: whoever holds it may make any call, so every condition counts as
    /// met.
    package static func judgeRelease(_ rule: RequestRule) -> Verdict {
        judge(rule) { read in
            switch read {
            case .methods: denied("any method")
            case .content(let rule): rule.verdictOnRelease
            }
        }
    }

    private static func judge(_ rule: RequestRule, _ body: (ReadRule) -> Verdict) -> Verdict {
        do throws(RequestRuleFault) { return body(try ReadRule(rule)) } catch { return .unusable(reason: error.reason) }
    }

    private static func denied(_ what: String) -> Verdict { .deny(reason: "the request rule denies \(what)") }
}

/// Why a rule cannot be judged by.
struct RequestRuleFault: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}

/// A rule that is understood.
enum ReadRule {
    /// Denies these methods.
    case methods(Set<String>)
    case content(ContentRule)

    /// Reads a rule.
    init(_ rule: RequestRule) throws(RequestRuleFault) {
        switch rule.type {
        case "json_match": self = .methods(try ReadRule.methods(try RuleObject(text: rule.body, "rule_body")))
        case "content_match": self = .content(try ContentRule(try RuleObject(text: rule.body, "rule_body")))
        default: throw RequestRuleFault("there is no such rule_type; use json_match or content_match")
        }
    }

    private static func methods(_ body: consuming RuleObject) throws(RequestRuleFault) -> Set<String> {
        var body = body
        var when = try body.object("when")
        guard try body.text("effect") == "deny" else { throw RequestRuleFault("effect: a json_match only denies") }
        try body.end()
        let methods = try when.textOrTexts("method")
        try when.end()
        guard !methods.isEmpty else { throw RequestRuleFault("when.method is empty") }
        return Set(methods.map { $0.uppercased() })
    }
}
