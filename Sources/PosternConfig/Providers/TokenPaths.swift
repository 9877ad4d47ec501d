internal import PosternCore

extension TableReader {
    /// `token_paths`: where a provider issues tokens.
    ///
    /// - Returns: `nil` where nothing is said, and an empty list where it is said that there are none.
    func tokenPaths(_ key: String) -> [TokenPath]? {
        strings(key)?.compactMap { text in
            if let path = TokenPath(text.value) { return path }
            problems.add(
                "`\(key)` in \(title): \(Excerpt.of(text.value)) is not a path pattern",
                line: text.line,
                hint: "write `/oauth/token`, or `/apps/*/tokens`"
            )
            return nil
        }
    }
}

extension CatalogueEntry {
    /// Where the catalogue says that the provider issues tokens.
    var knownTokenPaths: [TokenPath] { (tokenPaths ?? []).compactMap { TokenPath($0) } }
}
