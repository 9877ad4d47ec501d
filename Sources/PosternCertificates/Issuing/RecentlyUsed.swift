/// A bounded table that forgets what was not used for the longest time.
///
/// The entries form a ring in order of use, by index, so that each operation takes constant time.
package struct RecentlyUsed<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry {
        var key: Key
        var value: Value
        var older: Int
        var newer: Int
    }

    private let capacity: Int
    private var places: [Key: Int] = [:]
    private var entries: [Entry] = []
    /// The entry that was used last; the one before it in the ring is the oldest.
    private var newest = 0

    /// Makes an empty table for at least one entry.
    package init(capacity: Int) { self.capacity = max(1, capacity) }

    /// How many entries there are.
    package var count: Int { entries.count }

    /// The value of a key, which counts as a use.
    package mutating func value(for key: Key) -> Value? {
        guard let place = places[key] else { return nil }
        use(place)
        return entries[place].value
    }

    /// Stores a value, in the place of the oldest if the table is full.
    package mutating func insert(_ value: Value, for key: Key) {
        if let place = places[key] {
            entries[place].value = value
            use(place)
        } else if entries.count < capacity {
            let place = entries.count
            entries.append(Entry(key: key, value: value, older: place, newer: place))
            places[key] = place
            if place > 0 { link(place) }
            newest = place
        } else {
            let oldest = entries[newest].newer
            places[entries[oldest].key] = nil
            places[key] = oldest
            entries[oldest].key = key
            entries[oldest].value = value
            // The oldest is next to the newest in the ring: turning the ring by one makes it the newest.
            newest = oldest
        }
    }

    private mutating func use(_ place: Int) {
        guard place != newest else { return }
        if place == entries[newest].newer {
            newest = place
            return
        }
        let entry = entries[place]
        entries[entry.older].newer = entry.newer
        entries[entry.newer].older = entry.older
        link(place)
        newest = place
    }

    /// Puts an entry between the newest and the oldest.
    private mutating func link(_ place: Int) {
        let oldest = entries[newest].newer
        entries[place].older = newest
        entries[place].newer = oldest
        entries[newest].newer = place
        entries[oldest].older = place
    }
}
