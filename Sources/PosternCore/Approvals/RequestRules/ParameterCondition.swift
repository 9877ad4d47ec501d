/// A condition on one parameter of a call.
///
/// Texts compare without letter case and without blanks around them, so that neither gets around a condition.
struct ParameterCondition {
    /// Whether a call meets it.
    enum Outcome: Equatable {
        case met, notMet
        /// It could not be seen; the reason holds nothing of the call.
        case unseen(String)
    }

    private enum Test {
        /// Some value is this.
        case equals(String, JSONNumber?)
        /// Some value is like one of these.
        case anyIn([GlobPattern])
        /// Some value is like none of these, or there is no value.
        case notSubsetOf([GlobPattern])
        /// Some value is on this side of the number.
        case compares(JSONNumber, @Sendable (JSONNumber, JSONNumber) -> Bool)
    }

    private let name: String
    private let test: Test

    /// Reads a condition.
    init(_ condition: consuming RuleObject) throws(RequestRuleFault) {
        var condition = condition
        name = try condition.text("name")
        guard !name.isEmpty, name.count <= 120 else { throw RequestRuleFault("params: a name has 1 to 120 characters") }
        let operation = try condition.text("op")
        switch operation {
        case "equals": test = try ParameterCondition.equality(try condition.value("value"))
        case "any_in": test = .anyIn(try ParameterCondition.patterns(&condition))
        case "not_subset_of": test = .notSubsetOf(try ParameterCondition.patterns(&condition))
        case "gt", "gte", "lt", "lte":
            guard let number = try condition.value("value").number else {
                throw RequestRuleFault("params: \(operation) wants a number")
            }
            test = .compares(number, ParameterCondition.comparison(operation))
        case "outside_windows":
            throw RequestRuleFault("params: outside_windows cannot be judged, since no times of events are known here")
        default: throw RequestRuleFault("params: there is no such op")
        }
        try condition.end()
    }

    /// Judges what a call says under the name; a name that occurs often is as good as one that occurs once.
    func judge(_ parameters: RequestParameters, work: inout MatchingWork) -> Outcome {
        var isAbsent = true
        let outcome = parameters.judge(name, work: &work) { value, work in
            isAbsent = false
            return judge(value, &work)
        }
        // An allowlist that nothing is seen to keep is not kept.
        if case .notSubsetOf = test, isAbsent, outcome == .notMet { return .met }
        return outcome
    }

    private func judge(_ value: ParameterValue, _ work: inout MatchingWork) -> Outcome {
        switch test {
        case .equals(let text, let number):
            let isSameNumber = number.map { $0 == value.number } ?? false
            return isSameNumber || value.text == text ? .met : .notMet
        case .anyIn(let patterns):
            guard let isLikeOne = ParameterCondition.isLike(value, patterns, &work) else { return .tooMuchWork }
            return isLikeOne ? .met : .notMet
        case .notSubsetOf(let patterns):
            guard let isLikeOne = ParameterCondition.isLike(value, patterns, &work) else { return .tooMuchWork }
            return isLikeOne ? .notMet : .met
        case .compares(let limit, let isBeyond):
            guard let number = value.number, number.isInteroperable else { return .unseen("a value is no number") }
            return isBeyond(number, limit) ? .met : .notMet
        }
    }

    /// Whether a value is like one of some patterns; `nil` if that takes too long.
    private static func isLike(
        _ value: ParameterValue,
        _ patterns: [GlobPattern],
        _ work: inout MatchingWork
    ) -> Bool? {
        let scalars = Array(value.text.unicodeScalars)
        for pattern in patterns {
            guard let isLike = pattern.matches(scalars, work: &work) else { return nil }
            if isLike { return true }
        }
        return false
    }

    private static func equality(_ value: JSONValue) throws(RequestRuleFault) -> Test {
        if let text = value.text { return .equals(ParameterValue.normalized(text), nil) }
        guard let number = value.number else { throw RequestRuleFault("params: equals wants a text or a number") }
        return .equals(String(decoding: value.source, as: UTF8.self), number)
    }

    private static func patterns(_ condition: inout RuleObject) throws(RequestRuleFault) -> [GlobPattern] {
        let texts = try condition.texts("value", most: 200, longest: 512)
        guard !texts.isEmpty else { throw RequestRuleFault("params: value is not a list of patterns") }
        var patterns: [GlobPattern] = []
        for text in texts { patterns.append(try GlobPattern(ParameterValue.normalized(text))) }
        return patterns
    }

    private static func comparison(_ operation: String) -> @Sendable (JSONNumber, JSONNumber) -> Bool {
        switch operation {
        case "gt": { $0 > $1 }
        case "gte": { $0 >= $1 }
        case "lt": { $0 < $1 }
        default: { $0 <= $1 }
        }
    }
}

extension ParameterCondition.Outcome {
    /// The call was not looked through to its end.
    static let tooMuchWork = Self.unseen("that would take too long")
}
