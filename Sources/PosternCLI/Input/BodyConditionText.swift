package import PosternControl

/// A condition on a JSON body as it is typed: `POINTER OP VALUE`, such as `/max_tokens <= 1000`.
///
/// A question mark behind the pointer lets the member be absent. Operators: `=` (or `equals`), `in` with a JSON array or
/// values between commas, `<=` (`max`), `>=` (`min`), and `~` (`matches`) with an expression that fits the whole text.
package struct BodyConditionText: Hashable, Sendable {
    private static let tests = [
        "=": "equals", "equals": "equals", "in": "in", "<=": "max", "max": "max", ">=": "min", "min": "min",
        "~": "matches", "matches": "matches",
    ]

    /// As the interface takes it.
    package let document: RawJSON

    /// Reads a condition; `nil` if it is none.
    package init?(_ text: String) {
        let words = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: true)
        guard words.count == 3, let test = BodyConditionText.tests[String(words[1])] else { return nil }
        var pointer = String(words[0])
        let isOptional = pointer.hasSuffix("?")
        if isOptional { pointer.removeLast() }
        guard pointer.hasPrefix("/"),
            let value = BodyConditionText.value(String(words[2].drop { $0 == " " }), for: test)
        else {
            return nil
        }
        var members: [String: RawJSON] = ["pointer": .text(pointer), test: value]
        if isOptional { members["optional"] = .boolean(true) }
        document = .object(members)
    }

    /// JSON where it is JSON of a fitting type, else the text itself.
    private static func value(_ text: String, for test: String) -> RawJSON? {
        let json = RawJSON(json: text)
        switch (test, json) {
        case ("max", .integer), ("max", .number), ("min", .integer), ("min", .number): return json
        case ("max", _), ("min", _): return nil
        case ("in", .array): return json
        case ("in", _): return .array(text.split(separator: ",").map { scalar(String($0)) })
        case ("matches", .text), ("equals", .some): return json
        default: return .text(text)
        }
    }

    private static func scalar(_ text: String) -> RawJSON { RawJSON(json: text) ?? .text(text) }
}
