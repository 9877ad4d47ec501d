/// "Did you mean": the known name that is nearest to a misspelt one.
package enum Suggestion {
    /// A hint that names the nearest of `known`; `nil` if none is near.
    static func hint(for name: String, among known: some Sequence<String>, style: (String) -> String = { "`\($0)`" })
        -> String?
    {
        nearest(to: name, among: known).map { "did you mean \(style($0))?" }
    }

    /// The nearest of `known` within a third of the longer name's length; the first in the alphabet of several.
    package static func nearest(to name: String, among known: some Sequence<String>) -> String? {
        var best: (name: String, distance: Int)?
        for candidate in known.sorted() where candidate != name {
            let distance = distance(Array(name.lowercased().utf8), Array(candidate.lowercased().utf8))
            guard distance <= max(1, max(name.utf8.count, candidate.utf8.count) / 3) else { continue }
            if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
        }
        return best?.name
    }

    /// The number of insertions, deletions, substitutions and swaps of neighbours that make one text of the other.
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        // A name that is far too long cannot be near; do not let it cost time.
        guard left.count <= 64, right.count <= 64 else { return Int.max }
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for (row, byte) in left.enumerated() {
            var current = [row + 1]
            for column in right.indices {
                let isSame = byte == right[column]
                var cost = min(last[column + 1] + 1, current[column] + 1, last[column] + (isSame ? 0 : 1))
                if row > 0, column > 0, byte == right[column - 1], left[row - 1] == right[column] {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
