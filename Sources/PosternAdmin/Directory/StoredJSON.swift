internal import FoundationEssentials

/// The small JSON texts in rows of the store.
enum StoredJSON {
    /// An object of strings.
    static func strings(_ text: String) throws -> [String: String] {
        try JSONDecoder().decode([String: String].self, from: Data(text.utf8))
    }
}
