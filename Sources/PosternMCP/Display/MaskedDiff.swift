/// The difference that edits make, line by line, with secrets masked.
package enum MaskedDiff {
    /// Lines that are replaced, and how many take their place.
    private struct Change {
        var lines: Range<Int>
        var count: Int
    }

    private static let context = 2

    /// In the form of `diff -u`; `known` are the texts that are put in, which are shown.
    package static func text(
        _ path: String,
        _ document: EditableDocument,
        _ edits: [DocumentEdit],
        showing known: [String]
    ) throws(DocumentFault) -> [String] {
        let edited = try document.edited(by: edits)
        let before = MaskedText(document, showing: []).lines
        let after = MaskedText(edited, showing: known).lines
        var lines = ["--- \(path)", "+++ \(path)"]
        var shift = 0
        var rest = changes(try document.replacements(for: edits), in: document.bytes)[...]
        while let first = rest.first {
            var hunk = rest.prefix(1)
            while let next = rest.dropFirst(hunk.count).first,
                next.lines.lowerBound - (hunk.last ?? first).lines.upperBound <= 2 * context
            { hunk = rest.prefix(hunk.count + 1) }
            rest = rest.dropFirst(hunk.count)
            lines += text(hunk, before, after, &shift)
        }
        return lines
    }

    private static func text(
        _ hunk: ArraySlice<Change>,
        _ before: [String],
        _ after: [String],
        _ shift: inout Int
    ) -> [String] {
        guard let first = hunk.first, let last = hunk.last else { return [] }
        let start = max(0, first.lines.lowerBound - context)
        let end = min(before.count, last.lines.upperBound + context)
        let grown = hunk.reduce(0) { $0 + $1.count - $1.lines.count }
        var lines = ["@@ -\(start + 1),\(end - start) +\(start + shift + 1),\(end - start + grown) @@"]
        var line = start
        for change in hunk {
            lines += before[line..<change.lines.lowerBound].map { " " + $0 }
            lines += before[change.lines].map { "-" + $0 }
            let new = change.lines.lowerBound + shift
            lines += after[new..<new + change.count].map { "+" + $0 }
            shift += change.count - change.lines.count
            line = change.lines.upperBound
        }
        return lines + before[line..<end].map { " " + $0 }
    }

    /// The lines that replacements touch; those that follow one another are one change.
    private static func changes(_ replacements: [Replacement], in bytes: [UInt8]) -> [Change] {
        var changes: [Change] = []
        var line = 0
        var position = 0
        for replacement in replacements {
            line += bytes[position..<replacement.range.lowerBound].count { $0 == 0x0a }
            let removed = bytes[replacement.range].count { $0 == 0x0a }
            let change = Change(
                lines: line..<line + removed + 1,
                count: replacement.bytes.count { $0 == 0x0a } + 1
            )
            if var last = changes.last, change.lines.lowerBound <= last.lines.upperBound {
                // A line that both touch counts once.
                let shared = change.lines.lowerBound < last.lines.upperBound ? 1 : 0
                last = Change(
                    lines: last.lines.lowerBound..<change.lines.upperBound,
                    count: last.count + change.count - shared
                )
                changes[changes.count - 1] = last
            } else {
                changes.append(change)
            }
            line += removed
            position = replacement.range.upperBound
        }
        return changes
    }
}
