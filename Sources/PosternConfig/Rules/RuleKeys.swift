internal import PosternCore

/// The keys that grants and egress rules share.
enum RuleKeys {
    /// Which requests the rule covers.
    static func constraints(_ table: TableReader) -> RequestConstraints {
        let inspected = InspectionKeys.read(table)
        return RequestConstraints(
            methods: methods(table),
            paths: paths(table),
            queryKeys: table.strings("query_keys")?.map(\.value),
            allowsEncodedSlash: table.boolean("allow_encoded_slash") ?? false,
            maxBodyBytes: table.integer("max_body_bytes", in: 0...1 << 50),
            hours: HourKeys.read(table),
            body: inspected.body,
            mcp: inspected.mcp
        )
    }

    /// Reads `methods`.
    static func methods(_ table: TableReader) -> [Method]? {
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
