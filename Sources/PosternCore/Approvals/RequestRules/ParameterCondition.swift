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
        /// The one value is this.
        case equals(String, JSONNumber?)
        /// Some value is like one of these.
        case anyIn([GlobPattern])
        /// Some value is like none of these.
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

    /// Judges what a call says under the name.
    func judge(_ parameters: RequestParameters) -> Outcome {
        switch parameters.values(of: name) {
        case .unseen(let reason): .unseen(reason)
        case .seen(let values): judge(values)
        }
    }

    private func judge(_ values: [ParameterValue]) -> Outcome {
        switch test {
        case .equals(let text, let number):
            guard values.count == 1, let value = values.first else { return .notMet }
            let isSameNumber = number.map { $0 == value.number } ?? false
            return isSameNumber || value.text == text ? .met : .notMet
        case .anyIn(let patterns):
            return values.contains { value in patterns.contains { $0.matches(value.text) } } ? .met : .notMet
        case .notSubsetOf(let patterns):
            // An allowlist that nothing is seen to keep is not kept.
            guard !values.isEmpty else { return .met }
            return values.allSatisfy { value in patterns.contains { $0.matches(value.text) } } ? .notMet : .met
        case .compares(let limit, let isBeyond):
            for value in values {
                guard let number = value.number, number.isInteroperable else { return .unseen("a value is no number") }
                if isBeyond(number, limit) { return .met }
            }
            return .notMet
        }
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

/// One value of a parameter.
struct ParameterValue: Equatable {
    /// The text as it is compared.
    let text: String
    let number: JSONNumber?

    init(_ text: String) {
        self.text = ParameterValue.normalized(text)
        number = JSONNumber(self.text.utf8)
    }

    /// Takes a plain value of a JSON text; `nil` for an array or an object.
    init?(_ value: JSONValue) {
        switch value.kind {
        case .array, .object: return nil
        case .string: self.init(value.text ?? "")
        case .null, .boolean, .number: self.init(String(decoding: value.source, as: UTF8.self))
        }
    }

    /// A text in lower case and without blanks around it.
    static func normalized(_ text: String) -> String {
        let scalars = text.lowercased().unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[first...last])
    }
}
