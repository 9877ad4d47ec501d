/// The difference that edits make, line by line, with secrets masked.
package enum MaskedDiff {
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
        for hunk in hunks(try document.replacements(for: edits), in: document.bytes) {
            let start = max(0, hunk.lines.lowerBound - context)
            let end = min(before.count, hunk.lines.upperBound + context)
            let new = hunk.lines.lowerBound + shift..<hunk.lines.upperBound + shift + hunk.added
            lines.append(
                "@@ -\(start + 1),\(end - start) +\(start + shift + 1),\(end - start + hunk.added) @@"
            )
            lines += before[start..<hunk.lines.lowerBound].map { " " + $0 }
            lines += before[hunk.lines].map { "-" + $0 }
            lines += after[new].map { "+" + $0 }
            lines += before[hunk.lines.upperBound..<end].map { " " + $0 }
            shift += hunk.added
        }
        return lines
    }

    /// The lines that replacements touch, and how many more there are afterwards; those that are close are one.
    private static func hunks(_ replacements: [Replacement], in bytes: [UInt8]) -> [(lines: Range<Int>, added: Int)] {
        var hunks: [(lines: Range<Int>, added: Int)] = []
        var line = 0
        var position = 0
        for replacement in replacements {
            line += bytes[position..<replacement.range.lowerBound].count { $0 == 0x0a }
            let removed = bytes[replacement.range].count { $0 == 0x0a }
            let added = replacement.bytes.count { $0 == 0x0a } - removed
            let lines = line..<line + removed + 1
            if let last = hunks.last, lines.lowerBound <= last.lines.upperBound + 2 * context {
                hunks[hunks.count - 1] = (
                    last.lines.lowerBound..<max(last.lines.upperBound, lines.upperBound), last.added + added
                )
            } else {
                hunks.append((lines, added))
            }
            line += removed
            position = replacement.range.upperBound
        }
        return hunks
    }
}
