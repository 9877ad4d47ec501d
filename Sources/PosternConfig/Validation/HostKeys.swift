internal import PosternCore

extension TableReader {
    /// A list of host patterns.
    ///
    /// An empty one is refused: it would cover nothing.
    func hosts(_ key: String) -> [Located<HostPattern>]? {
        guard let texts = strings(key) else { return nil }
        if texts.isEmpty, has(key) {
            refuseEmpty(key)
            return nil
        }
        var patterns: [Located<HostPattern>] = []
        for text in texts {
            guard let pattern = HostPattern(text.value) else {
                problems.add(
                    "`\(key)` in \(title): \(Excerpt.of(text.value)) is not a host",
                    line: text.line,
                    hint: HostAdvice.hint(for: text.value)
                )
                continue
            }
            patterns.append(Located(pattern, line: text.line))
        }
        return patterns.count == texts.count ? patterns : nil
    }

    /// Notes an empty list where it cannot be meant.
    func refuseEmpty(_ key: String) {
        refuse(key, "is empty, so it matches nothing", hint: "name at least one host")
    }
}

/// What may have been meant by a host that is none.
private enum HostAdvice {
    static func hint(for text: String) -> String {
        if text.contains("://") { return "write the host alone, without `https://` and path" }
        if text.contains("/") { return "write the host alone; paths belong in `paths`" }
        if text.contains("*") { return "a wildcard needs at least two fixed labels after it, such as `*.example.com`" }
        return "write a name such as `api.example.com` or `*.example.com`, with `:port` if it is not the usual one"
    }
}
