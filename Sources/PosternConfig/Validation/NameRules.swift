internal import PosternCore

/// Which names things may have, so that they are safe in headers, logs, paths and audit records as they are.
enum NameRules {
    /// What names of agents, secrets and providers are made of.
    ///
    /// No `:`, which ends the user name in Basic authentication (RFC 7617 section 2), and no `/` or `#`, which default
    /// grant ids are put together with.
    static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && text.utf8.allSatisfy(isNameByte)
            && text != "." && text != ".."
    }

    /// What ids of grants and egress rules are made of.
    static func isRuleID(_ text: String) -> Bool {
        (1...160).contains(text.utf8.count) && text.utf8.allSatisfy { isNameByte($0) || "/#".utf8.contains($0) }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

extension TableReader {
    /// The `name` of a table that must have one.
    func requiredName() -> Located<String>? {
        guard let name = requiredString("name") else { return nil }
        guard NameRules.isName(name.value) else {
            refuse("name", "must be 1 to 64 letters, digits, `.`, `_` or `-`")
            return nil
        }
        return name
    }

    /// A key that names agents which need not be declared: names, or beginnings of names with `*` behind them.
    func agentPatterns(_ key: String) -> [AgentPattern]? {
        strings(key)?.compactMap { name in
            let stem = name.value.hasSuffix("*") ? String(name.value.dropLast()) : name.value
            if name.value == "*" || NameRules.isName(stem) { return AgentPattern(name.value) }
            problems.add(
                "`\(key)` in \(title): \(Excerpt.of(name.value)) is no agent's name",
                line: name.line,
                hint: "a name, or the beginning of one and `*`"
            )
            return nil
        }
    }

    /// A key that names something declared elsewhere, such as the `agent` of a grant.
    func reference(_ key: String, to known: some Collection<String>, kind: String) -> Located<String>? {
        guard let name = requiredString(key) else { return nil }
        guard known.contains(name.value) else {
            problems.add(
                "\(title) names an unknown \(kind) \(Excerpt.of(name.value))",
                line: name.line,
                hint: Suggestion.hint(for: name.value, among: known)
            )
            return nil
        }
        return name
    }
}
