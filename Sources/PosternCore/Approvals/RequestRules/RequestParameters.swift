/// The parameters of a call, as far as they can be seen: those of its query, and the members of its JSON body.
struct RequestParameters {
    /// The longest body that is looked into.
    private static let maxBytes = BodyRules.defaultMaxBytes

    private let query: [(name: String, value: String)]
    private let body: Body

    private enum Body {
        case none
        case json(JSONValue)
        case unseen(String)
    }

    /// Takes a call apart; names of fields are in any letter case.
    init(url: String, fields: [(name: String, value: String)], body: [UInt8]) {
        query = RequestParameters.query(of: url)
        self.body = RequestParameters.body(fields, body)
    }

    /// Shows the values of a name to a judge, one after another, until one of them decides; not met if none does.
    ///
    /// They are those of query parameters and, in the body, of members of that name and of all that is below these. Each
    /// is shown once and none is kept, so that what is judged takes no more room than it has already.
    func judge(
        _ name: String,
        work: inout MatchingWork,
        _ judge: (ParameterValue, inout MatchingWork) -> ParameterCondition.Outcome
    ) -> ParameterCondition.Outcome {
        for (given, value) in query where given == name {
            let outcome = shown(value.utf8.count, &work, judge) { ParameterValue(value) }
            guard outcome == .notMet else { return outcome }
        }
        switch body {
        case .none: return .notMet
        case .unseen(let reason): return .unseen(reason)
        case .json(let root): return walk(root, isNamed: false, JSONName(Array(name.utf8)), &work, judge)
        }
    }

    /// The body without some members, wherever in it they are.
    func redacted(_ names: [String]) -> RequestRuleJudge.Verdict {
        let lowered = Set(names.map { $0.lowercased() })
        if query.contains(where: { lowered.contains($0.name.lowercased()) }) {
            return .unredactable(reason: "the query has a parameter that is to be left out of the body")
        }
        switch body {
        case .none: return .allow
        case .unseen(let reason): return .unredactable(reason: reason)
        case .json(let root):
            var redaction = BodyRedaction(names: JSONNames(names))
            let body = redaction.apply(to: root)
            return redaction.hasRemoved ? .redact(body: body) : .allow
        }
    }

    /// Judges what is in a value: all of it if it `isNamed`, or else what is in members of the name.
    private func walk(
        _ value: JSONValue,
        isNamed: Bool,
        _ name: JSONName,
        _ work: inout MatchingWork,
        _ judge: (ParameterValue, inout MatchingWork) -> ParameterCondition.Outcome
    ) -> ParameterCondition.Outcome {
        switch value.kind {
        case .array:
            for element in value.elements {
                guard work.take(1) else { return .tooMuchWork }
                let outcome = walk(element, isNamed: isNamed, name, &work, judge)
                guard outcome == .notMet else { return outcome }
            }
            return .notMet
        case .object:
            for member in value.members {
                guard work.take(1 + member.name.range.count / 8) else { return .tooMuchWork }
                let likeness = name.likeness(to: member.name)
                guard likeness != .similar else {
                    return .unseen("a member of the body could be read in more than one way")
                }
                let outcome = walk(member.value, isNamed: isNamed || likeness == .same, name, &work, judge)
                guard outcome == .notMet else { return outcome }
            }
            return .notMet
        case .null, .boolean, .number, .string:
            guard isNamed else { return .notMet }
            return shown(value.range.count, &work, judge) { ParameterValue(value) }
        }
    }

    /// Shows one value, unless it is too long to be looked at.
    private func shown(
        _ bytes: Int,
        _ work: inout MatchingWork,
        _ judge: (ParameterValue, inout MatchingWork) -> ParameterCondition.Outcome,
        _ value: () -> ParameterValue
    ) -> ParameterCondition.Outcome {
        guard bytes <= ParameterValue.maxBytes else { return .unseen("a value is too long") }
        guard work.take(bytes) else { return .tooMuchWork }
        return judge(value(), &work)
    }

    private static func query(of url: String) -> [(name: String, value: String)] {
        guard let mark = url.utf8.firstIndex(of: UInt8(ascii: "?")) else { return [] }
        let text = url.utf8[url.utf8.index(after: mark)...].prefix { $0 != UInt8(ascii: "#") }
        // To some origins a semicolon ends a parameter as well.
        return text.split { $0 == UInt8(ascii: "&") || $0 == UInt8(ascii: ";") }.map { pair in
            let name = pair.prefix { $0 != UInt8(ascii: "=") }
            return (decoded(name), decoded(pair.dropFirst(name.count + 1)))
        }
    }

    private static func decoded(_ raw: Substring.UTF8View) -> String {
        String(decoding: QueryParameters.decodedName(raw), as: UTF8.self)
    }

    private static func body(_ fields: [(name: String, value: String)], _ body: [UInt8]) -> Body {
        guard !body.isEmpty else { return .none }
        func value(_ name: String) -> ArraySlice<UInt8>? {
            let values = fields.filter { $0.name.lowercased() == name }.map(\.value)
            return values.isEmpty ? nil : Array(values.joined(separator: ",").utf8)[...]
        }
        switch JSONBody.read(value("content-type"), value("content-encoding"), body, maxBytes: maxBytes) {
        case .read(let document): return .json(document.root)
        case .unknown(let reason): return .unseen(reason)
        }
    }
}
