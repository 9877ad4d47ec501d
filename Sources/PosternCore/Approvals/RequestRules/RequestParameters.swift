/// The parameters of a call, as far as they can be seen: those of its query, and the members of its JSON body.
struct RequestParameters {
    /// What a call says under a name.
    enum Values: Equatable {
        /// Every value; none if it says nothing.
        case seen([ParameterValue])
        case unseen(String)
    }

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

    /// The values of a name: of query parameters, and of a member anywhere in the body, whose list counts as many.
    func values(of name: String) -> Values {
        let wanted = JSONName(Array(name.utf8))
        var values = query.filter { $0.name == name }.map { ParameterValue($0.value) }
        switch body {
        case .none: return .seen(values)
        case .unseen(let reason): return .unseen(reason)
        case .json(let root):
            guard RequestParameters.collect(wanted, in: root, &values) else {
                return .unseen("a member of the body could be read in more than one way")
            }
            return .seen(values)
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
            var redaction = BodyRedaction(names: names.map { JSONName(Array($0.utf8)) })
            let body = redaction.apply(to: root)
            return redaction.hasRemoved ? .redact(body: body) : .allow
        }
    }

    /// Adds the values under a name; `false` if some member is only like it.
    private static func collect(_ name: JSONName, in value: JSONValue, _ values: inout [ParameterValue]) -> Bool {
        for element in value.elements where !collect(name, in: element, &values) { return false }
        for member in value.members {
            switch name.likeness(to: member.name) {
            case .similar: return false
            case .same: add(member.value, &values)
            case .different: break
            }
            guard collect(name, in: member.value, &values) else { return false }
        }
        return true
    }

    /// Adds a plain value, or those of a list or an object.
    private static func add(_ value: JSONValue, _ values: inout [ParameterValue]) {
        if let plain = ParameterValue(value) { values.append(plain) }
        for element in value.elements { add(element, &values) }
        for member in value.members { add(member.value, &values) }
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
        switch JSONBody.read(value("content-type"), value("content-encoding"), body, maxBytes: 12 << 20) {
        case .read(let document): return .json(document.root)
        case .unknown(let reason): return .unseen(reason)
        }
    }
}
