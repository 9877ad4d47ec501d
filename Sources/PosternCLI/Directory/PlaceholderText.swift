package import PosternControl

/// Placeholders that the daemon gives, for people.
package enum PlaceholderText {
    /// A line for each.
    package static func table(_ placeholders: [PlaceholderAnswer]) -> Table {
        Table(
            ["AGENT", "PROVIDER", "VARIABLE", "PLACEHOLDER"],
            placeholders.map {
                [Table.Cell($0.agent), Table.Cell($0.provider), Table.Cell($0.variable), Table.Cell($0.placeholder)]
            }
        )
    }
}
