/// A provider.
package struct ProviderAnswer: Codable, Hashable, Sendable {
    package let name: String
    /// `store`, `configuration` or `catalogue`.
    package let source: String
    /// The keys of a provider in the configuration file: of those in the store, and hosts and scheme of those in the file.
    @Nullable package var definition: RawJSON?
    @Nullable package var createdAt: String?
    @Nullable package var updatedAt: String?

    enum CodingKeys: String, CodingKey {
        case name, source, definition
        case createdAt = "created_at"
        case updatedAt = "updated_at"
    }

    package init(name: String, source: String, definition: RawJSON?, createdAt: String?, updatedAt: String?) {
        self.name = name
        self.source = source
        self.definition = definition
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}
