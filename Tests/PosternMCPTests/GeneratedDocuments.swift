import PosternTestSupport

@testable import PosternMCP

/// Documents drawn at random, in all the forms that people and programs write them.
struct GeneratedDocument {
    let syntax: EditableDocument.Syntax
    let bytes: [UInt8]

    init(_ random: inout SplitMix64) {
        syntax = random.below(3) == 0 ? .toml : .jsonc
        let newline = random.pick(["\n", "\r\n"])
        let mark = random.below(6) == 0 ? "\u{feff}" : ""
        let text =
            syntax == .toml
            ? GeneratedDocument.toml(&random, newline) : GeneratedDocument.json(&random, depth: 0, newline, "")
        let end = random.pick(["", newline, newline + newline, " "])
        bytes = Array((mark + text + (syntax == .toml ? newline : end)).utf8)
    }

    private static let words = [
        "npx", "-y", "--token=x", "", "é", "a b", "\u{1f511}", "it's", "ghp_0123456789abcdef", "${TOKEN}", "#", "//",
    ]

    private static func blank(_ random: inout SplitMix64, _ newline: String) -> String {
        switch random.below(8) {
        case 0: newline + "\t"
        case 1: " // \"a\": \"b\" }" + newline
        case 2: " /* ] , */ "
        case 3: newline + newline + "    "
        default: random.pick(["", " ", "  "])
        }
    }

    private static func text(_ random: inout SplitMix64) -> String {
        switch random.below(5) {
        case 0: #""a\u0062\n\"\\\/c""#
        case 1: #""{\"Authorization\": \"Bearer x\"}""#
        default: "\"\(random.pick(words))\""
        }
    }

    private static func json(_ random: inout SplitMix64, depth: Int, _ newline: String, _ name: String) -> String {
        let gap = { (random: inout SplitMix64) in blank(&random, newline) }
        let kind = depth == 0 ? 0 : random.below(depth > 3 ? 3 : 6)
        switch kind {
        case 1: return random.pick(["1", "-2.5e3", "true", "null"])
        case 0 where depth == 0, 3, 4:
            var parts: [String] = []
            for index in 0..<random.below(5) {
                let member = random.pick(["k\(index)", "m \(index)", "é\(index)"])
                parts.append(
                    "\(gap(&random))\"\(member)\"\(gap(&random)):\(gap(&random))"
                        + json(&random, depth: depth + 1, newline, member) + gap(&random)
                )
            }
            let comma = parts.isEmpty || random.below(3) > 0 ? "" : ","
            return "{" + parts.joined(separator: ",") + comma + gap(&random) + "}"
        case 5:
            var parts: [String] = []
            for _ in 0..<random.below(4) {
                parts.append(gap(&random) + json(&random, depth: depth + 1, newline, "") + gap(&random))
            }
            let comma = parts.isEmpty || random.below(3) > 0 ? "" : ","
            return "[" + parts.joined(separator: ",") + comma + gap(&random) + "]"
        default: return text(&random)
        }
    }

    private static func tomlText(_ random: inout SplitMix64) -> String {
        let word = random.pick(words.filter { !$0.contains("'") })
        return random.pick(["\"\(word)\"", "'\(word)'", "\"\"\"\n\(word)\"\"\"", "'''\(word)'''", #""a\u0062\"""#])
    }

    private static func tomlValue(_ random: inout SplitMix64, _ newline: String) -> String {
        switch random.below(6) {
        case 0: return random.pick(["1", "2026-01-02 03:04:05Z", "true", "1_000.5"])
        case 1:
            let elements = (0..<random.below(4)).map { _ in tomlText(&random) }
            return "[" + elements.joined(separator: ", ") + "]"
        case 2:
            let elements = (0..<random.below(4)).map { _ in "  \(tomlText(&random)), # ] x\(newline)" }
            return "[ # a\(newline)" + elements.joined() + "]"
        case 3: return "{ a = \(tomlText(&random)), b.c = \(tomlText(&random)) }"
        default: return tomlText(&random)
        }
    }

    private static func toml(_ random: inout SplitMix64, _ newline: String) -> String {
        var text = "# [a]\(newline)"
        for table in 0..<random.below(4) {
            text += random.pick(["", "  "]) + "[t\(table).\(random.pick(["a", "\"b c\"", "'d.e'"]))] # c\(newline)"
            for index in 0..<random.below(4) {
                let key = random.pick(["k\(index)", "\"q \(index)\"", "d\(index).e"])
                text += random.pick(["", "\t"]) + "\(key) = \(tomlValue(&random, newline))"
                text += random.pick(["", " # \"x\""]) + newline
            }
        }
        return text
    }

    /// Edits of what a document has, none of them twice.
    static func edits(of document: EditableDocument, _ random: inout SplitMix64) -> [DocumentEdit] {
        // A flag in front of it would have an element masked that nobody touched.
        let words = words.filter { !$0.hasPrefix("-") }
        var edits: [DocumentEdit] = []
        func visit(_ value: SpannedValue, _ path: [PathStep]) {
            switch value.content {
            case .other: break
            case .text:
                if random.below(3) == 0 {
                    edits.append(.text(at: path, random.pick(words + ["\"", "\\", "\t\u{7f}"])))
                }
            case .list(let elements):
                // A list of tables of TOML has no brackets to write into.
                let isWritten = document.bytes[value.range.lowerBound] == UInt8(ascii: "[")
                if isWritten, random.below(3) == 0 {

                    edits.append(
                        .insert(
                            into: path,
                            at: random.below(max(1, elements.count)),
                            ["run", random.pick(words), "--"]
                        )
                    )

                }
                for (index, element) in elements.enumerated() { visit(element, path + [.index(index)]) }
            case .table(let members):
                if let member = members.first(where: { $0.value.members == nil }), random.below(3) == 0 {
                    edits.append(.addList(in: path, name: "args", beside: member.name, [random.pick(words)]))
                }
                for member in members { visit(member.value, path + [.member(member.name)]) }
            }
        }
        visit(document.root, [])
        return edits
    }
}
