import PosternTestSupport
import Testing

@testable import PosternMCP

@Suite struct PropertyTests {
    @Test("edits keep every byte outside their spans, and say what they mean")
    func edits() throws {
        var made = 0
        for seed in 0..<3_000 {
            var random = SplitMix64(seed: UInt64(seed))
            let generated = GeneratedDocument(&random)
            let document = try EditableDocument(generated.bytes, syntax: generated.syntax)
            let edits = GeneratedDocument.edits(of: document, &random)
            // `edited` compares the meaning itself; this is the other half.
            let after = try document.edited(by: edits)
            let replacements = try document.replacements(for: edits)
            var (old, new) = (0, 0)
            for replacement in replacements {
                let kept = replacement.range.lowerBound - old
                #expect(after.bytes[new..<new + kept] == document.bytes[old..<old + kept], "seed \(seed)")
                new += kept + replacement.bytes.count
                old = replacement.range.upperBound
            }
            #expect(after.bytes[new...].elementsEqual(document.bytes[old...]), "seed \(seed)")
            made += edits.count
            for edit in edits {
                guard case .text(let path, let text) = edit, !edits.contains(where: { moves($0, path) }) else {
                    continue
                }
                #expect(try after.root.value(at: path)?.text == text, "seed \(seed)")
            }
        }
        #expect(made > 3_000)
    }

    /// Whether an edit moves what a path leads to.
    private func moves(_ edit: DocumentEdit, _ path: [PathStep]) -> Bool {
        guard case .insert(let list, _, _) = edit else { return false }
        return path.count > list.count && Array(path[..<list.count]) == list
    }

    @Test("a difference leads from the lines before to those after")
    func differences() throws {
        for seed in 0..<1_500 {
            var random = SplitMix64(seed: UInt64(seed))
            let generated = GeneratedDocument(&random)
            let document = try EditableDocument(generated.bytes, syntax: generated.syntax)
            let edits = GeneratedDocument.edits(of: document, &random)
            let before = MaskedText(document, showing: []).lines
            var made: [String] = []
            var line = 0
            for change in try MaskedDiff.text("f", document, edits, showing: []).dropFirst(2) {
                if change.hasPrefix("@@") {
                    let number = try #require(Int(change.dropFirst(4).prefix { $0.isNumber }))
                    made += before[line..<number - 1]
                    line = number - 1
                } else if !change.hasPrefix("+") {
                    try #require(before[line] == change.dropFirst(), "seed \(seed)")
                    if change.hasPrefix(" ") { made.append(before[line]) }
                    line += 1
                } else {
                    made.append(String(change.dropFirst()))
                }
            }
            made += before[line...]
            #expect(made == MaskedText(try document.edited(by: edits), showing: []).lines, "seed \(seed)")
        }
    }

    @Test("no edit leaves a document as it is")
    func nothing() throws {
        for seed in 0..<500 {
            var random = SplitMix64(seed: UInt64(seed))
            let generated = GeneratedDocument(&random)
            let document = try EditableDocument(generated.bytes, syntax: generated.syntax)
            #expect(try document.edited(by: []).bytes == generated.bytes)
        }
    }

    @Test("broken documents are refused or read, and never trap")
    func broken() {
        let pieces = ["\"", "{", "}", "[", "]", "//", "/*", "*/", "\\u12", ",", "'''", "\"\"\"", "=", ".", "\r"].map {
            Array($0.utf8)
        }
        for seed in 0..<3_000 {
            var random = SplitMix64(seed: UInt64(seed))
            let generated = GeneratedDocument(&random)
            let bytes = random.mutate(generated.bytes, times: 1 + random.below(4), splicing: pieces)
            guard let document = try? EditableDocument(bytes, syntax: generated.syntax) else { continue }
            let edits = GeneratedDocument.edits(of: document, &random)
            _ = try? document.edited(by: edits)
            _ = try? MaskedDiff.text("f", document, edits, showing: [])
        }
    }
}
