/// A list, or a part of one.
package struct ListAnswer<Item: Codable & Hashable & Sendable>: Codable, Hashable, Sendable {
    package let items: [Item]
    /// How many there are in all.
    package let total: Int
    /// At most so many were asked for.
    package let limit: Int
    /// So many before these were left out.
    package let offset: Int

    package init(items: [Item], total: Int, limit: Int, offset: Int) {
        self.items = items
        self.total = total
        self.limit = limit
        self.offset = offset
    }
}
