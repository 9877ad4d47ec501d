internal import PosternCore

/// The keys that grants and egress rules share.
enum RuleKeys {
    /// Which requests the rule covers.
    static func constraints(_ table: TableReader) -> RequestConstraints {
        RequestConstraints(
            methods: methods(table),
            paths: paths(table),
            queryKeys: table.strings("query_keys")?.map(\.value),
            allowsEncodedSlash: table.boolean("allow_encoded_slash") ?? false,
            maxBodyBytes: table.integer("max_body_bytes", in: 0...1 << 50)
        )
    }

    private static func methods(_ table: TableReader) -> [Method]? {
        table.strings("methods")?.compactMap { text in
            if let method = Method(rawValue: text.value), method.isForwardable { return method }
            let isKnown = Method(rawValue: text.value) != nil
            let forwardable = Method.allCases.filter(\.isForwardable).map(\.rawValue)
            table.problems.add(
                "`methods` in \(table.title): \(Excerpt.of(text.value)) \(isKnown ? "is never forwarded" : "is not a method")",
                line: text.line,
                hint: Suggestion.hint(for: text.value, among: forwardable)
                    ?? "methods are \(forwardable.joined(separator: ", "))"
            )
            return nil
        }
    }

    private static func paths(_ table: TableReader) -> [PathPattern]? {
        table.strings("paths")?.compactMap { text in
            if let pattern = PathPattern(text.value) { return pattern }
            table.problems.add(
                "`paths` in \(table.title): \(Excerpt.of(text.value)) is not a path pattern",
                line: text.line,
                hint: "write `/v1/models`, `/v1/*/items` (one segment) or `/v1/**` (everything below)"
            )
            return nil
        }
    }
}

/// The ids of grants and egress rules: the written name, or one made of what the rule joins.
///
/// Each is given once.
final class RuleIDs {
    private var lines: [String: Int?] = [:]
    private var unnamed: [String: Int] = [:]

    /// The id of the rule in `table`, whose default is `base`, or `base#2` for the second one without a name.
    func id(of table: TableReader, default base: String?) -> String? {
        let hasName = table.has("name")
        if hasName {
            guard let name = table.string("name") else { return nil }
            guard NameRules.isRuleID(name.value) else {
                table.refuse("name", "must be 1 to 160 letters, digits, `.`, `_`, `-`, `/` or `#`")
                return nil
            }
            return claim(name.value, line: name.line, in: table)
        }
        guard let base else { return nil }
        let count = unnamed[base, default: 0] + 1
        unnamed[base] = count
        return claim(count == 1 ? base : "\(base)#\(count)", line: table.line, in: table)
    }

    private func claim(_ id: String, line: Int?, in table: TableReader) -> String? {
        if let first = lines[id] {
            table.problems.add(
                "\(table.title) has the name `\(id)`, which is taken on line \(first ?? 0)",
                line: line,
                hint: "grants and egress rules need names of their own, so that a record names one rule"
            )
            return nil
        }
        lines[id] = .some(line)
        return id
    }
}
