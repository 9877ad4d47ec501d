/// A document's lines as they may be shown: what could be a secret is `***`.
///
/// Of strings only what is known to be harmless is shown: a mask that has to recognise secrets would miss some.
package struct MaskedText: Sendable {
    /// The lines, as many as the document has.
    package let lines: [String]

    /// Takes a document and the texts that were put into it, which are shown.
    init(_ document: EditableDocument, showing known: [String]) {
        var strings: [Range<Int>: String] = [:]
        MaskedText.collect(document.root, at: [], into: &strings, known)
        var text: [UInt8] = []
        var position = 0
        for range in strings.keys.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            text += MaskedText.withoutComments(document.bytes[position..<range.lowerBound], document.syntax)
            // Lines have to stay lines.
            let ends = document.bytes[range].count { $0 == 0x0a }
            text += Array("\"\(strings[range] ?? "***")\"".utf8) + Array(repeating: 0x0a, count: ends)
            position = range.upperBound
        }
        text += MaskedText.withoutComments(document.bytes[position...], document.syntax)
        lines = text.split(separator: 0x0a, omittingEmptySubsequences: false).map { line in
            String(decoding: line.last == 0x0d ? line.dropLast() : line, as: UTF8.self)
        }
    }

    private static func collect(
        _ value: SpannedValue,
        at path: [String],
        into strings: inout [Range<Int>: String],
        _ known: [String]
    ) {
        switch value.content {
        case .other: break
        case .text(let text): strings[value.range] = shown(text, at: path, known)
        case .list(let elements):
            for (index, element) in elements.enumerated() {
                // What stands behind `--token` is one.
                let previous = index > 0 ? elements[index - 1].text ?? "" : ""
                let isNamed = previous.hasPrefix("-") && SecretNames.areSecret(previous)
                let isKnown = known.contains { element.text?.contains($0) ?? false }
                if isNamed, !isKnown, element.text != nil {
                    strings[element.range] = "***"
                } else {
                    collect(element, at: path, into: &strings, known)
                }
            }
        case .table(let members):
            for member in members { collect(member.value, at: path + [member.name], into: &strings, known) }
        }
    }

    private static func shown(_ text: String, at path: [String], _ known: [String]) -> String {
        if let mark = known.first(where: text.contains), let place = text.firstRange(of: mark) {
            let rest = String(text[place.upperBound...])
            // Of an address only where it leads is shown.
            let isAddress = mark.contains("://")
            return part(String(text[..<place.lowerBound])) + mark
                + (isAddress ? rest.isEmpty ? "" : "/***" : part(rest))
        }
        if TextShape.isReference(text), isHarmless(text) { return text }
        if let address = HTTPAddress(text) { return "\(address.isTLS ? "https" : "http")://\(address.authority)/***" }
        let isOpen = ["command", "args", "type", "path"].contains { $0 == path.last }
        return isOpen && isHarmless(text) ? text : "***"
    }

    private static func part(_ text: String) -> String { text.isEmpty || isHarmless(text) ? text : "***" }

    /// Whether it is too short, or too much like words, to have been drawn at random.
    private static func isHarmless(_ text: String) -> Bool {
        guard text.utf8.count < 120, !text.contains("://"), text.count(where: \.isNumber) < 10 else { return false }
        return text.split { !$0.isLetter && !$0.isNumber }.allSatisfy { word in
            word.count < 10 || word.count < 28 && word.allSatisfy(\.isLetter)
        }
    }

    /// What stands between strings, with comments masked: somebody may have put an old key there.
    private static func withoutComments(_ bytes: ArraySlice<UInt8>, _ syntax: EditableDocument.Syntax) -> [UInt8] {
        var result: [UInt8] = []
        var rest = bytes
        while let byte = rest.first {
            let isLine = syntax == .toml ? byte == UInt8(ascii: "#") : rest.starts(with: Array("//".utf8))
            if isLine {
                result += Array((syntax == .toml ? "# ***" : "// ***").utf8)
                rest = rest.drop { $0 != 0x0a }
            } else if syntax == .jsonc, rest.starts(with: Array("/*".utf8)) {
                let comment = rest.dropFirst(2)
                let end = comment.indices.dropLast().first {
                    comment[$0] == UInt8(ascii: "*") && comment[$0 + 1] == UInt8(ascii: "/")
                }
                let after = end.map { $0 + 2 } ?? rest.endIndex
                let ends = rest[..<after].count { $0 == 0x0a }
                result += Array("/* *** */".utf8) + Array(repeating: 0x0a, count: ends)
                rest = rest[after...]
            } else {
                result.append(byte)
                rest = rest.dropFirst()
            }
        }
        return result
    }
}
