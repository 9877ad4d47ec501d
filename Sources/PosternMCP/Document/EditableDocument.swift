/// A configuration file of somebody else's program: what it says, and edits that keep every byte they do not mean.
package struct EditableDocument: Sendable {
    /// How a file is written.
    package enum Syntax: Hashable, Sendable {
        /// JSON with comments and trailing commas.
        case jsonc
        case toml
    }

    /// The most bytes a file may have.
    package static let maxBytes = 4 << 20
    /// The most tables and lists that may be inside one another.
    static let maxDepth = 64

    package let bytes: [UInt8]
    package let syntax: Syntax
    package let root: SpannedValue

    /// Reads a file's bytes.
    ///
    /// - Throws: ``DocumentFault`` if they are not what `syntax` says, too many or nested too deeply.
    package init(_ bytes: [UInt8], syntax: Syntax) throws(DocumentFault) {
        guard bytes.count <= EditableDocument.maxBytes else { throw DocumentFault("larger than 4 MiB") }
        self.bytes = bytes
        self.syntax = syntax
        root =
            switch syntax {
            case .jsonc: try JSONCReader.read(bytes)
            case .toml: try TOMLSpanReader.read(bytes)
            }
    }

    /// What it says.
    package var meaning: PlainValue { PlainValue(root, in: bytes) }

    /// The document after edits, read anew and compared to what they mean.
    ///
    /// - Throws: ``DocumentFault`` if a path leads nowhere, or the new text does not say what it should.
    package func edited(by edits: [DocumentEdit]) throws(DocumentFault) -> EditableDocument {
        var meant = meaning
        for edit in edits.sorted(by: { $0.rank < $1.rank }) { try meant.apply(edit) }
        var result: [UInt8] = []
        var position = 0
        for replacement in try replacements(for: edits) {
            guard replacement.range.lowerBound >= position else { throw DocumentFault("two edits of one place") }
            result += bytes[position..<replacement.range.lowerBound]
            result += replacement.bytes
            position = replacement.range.upperBound
        }
        result += bytes[position...]
        let edited = try EditableDocument(result, syntax: syntax)
        guard edited.meaning == meant else { throw DocumentFault("the edited text would not say what it should") }
        return edited
    }

    /// The spans that edits replace, in order.
    package func replacements(for edits: [DocumentEdit]) throws(DocumentFault) -> [Replacement] {
        var all: [Replacement] = []
        for edit in edits {
            switch edit {
            case .text(let path, let text):
                guard let value = try root.value(at: path), let old = value.text else {
                    throw DocumentFault("not a text where one was")
                }
                if old != text { all.append(replacement(of: value, saying: old, by: text)) }
            case .insert(let path, let index, let texts):
                guard let value = try root.value(at: path), let elements = value.elements,
                    index == 0 || index < elements.count
                else { throw DocumentFault("not a list where one was") }
                if !texts.isEmpty { all.append(insertion(into: value, elements, at: index, texts)) }
            case .addList(let path, let name, let neighbour, let texts):
                guard let member = try root.value(at: path)?.member(neighbour) else {
                    throw DocumentFault("not a table where one was")
                }
                all.append(insertion(beside: member, name: name, texts))
            }
        }
        return all.sorted { $0.range.lowerBound < $1.range.lowerBound }
    }

    /// Replaces of a string what differs, or all of it where it is written in escapes.
    private func replacement(of value: SpannedValue, saying old: String, by text: String) -> Replacement {
        let inside = value.range.lowerBound + 1..<max(value.range.upperBound - 1, value.range.lowerBound + 1)
        let quoted = QuotedText.of(text)
        let isLiteral = bytes[inside].elementsEqual(old.utf8)
        guard isLiteral, quoted[1..<quoted.count - 1].elementsEqual(text.utf8),
            !text.utf8.contains(bytes[value.range.lowerBound])
        else { return Replacement(range: value.range, bytes: quoted) }
        let (before, after) = (Array(old.utf8), Array(text.utf8))
        let start = zip(before, after).prefix { $0 == $1 }.count
        let most = min(before.count, after.count) - start
        let end = zip(before.reversed(), after.reversed()).prefix { $0 == $1 }.prefix(most).count
        return Replacement(
            range: inside.lowerBound + start..<inside.upperBound - end,
            bytes: Array(after[start..<after.count - end])
        )
    }

    /// Writes elements before one of a list, each as far from the next as the first is from the bracket.
    private func insertion(
        into list: SpannedValue,
        _ elements: [SpannedValue],
        at index: Int,
        _ texts: [String]
    ) -> Replacement {
        let start = list.range.lowerBound + 1
        guard let first = elements.first else {
            return Replacement(range: start..<start, bytes: QuotedText.list(texts))
        }
        let gap = bytes[start..<first.range.lowerBound]
        let isBlank = gap.allSatisfy(EditableDocument.isBlank)
        let between = isBlank && gap.contains(0x0a) ? Array(gap) : [0x20]
        let place = elements[index].range.lowerBound
        return Replacement(
            range: place..<place,
            bytes: QuotedText.list(texts, gap: between) + [UInt8(ascii: ",")] + between
        )
    }

    /// Writes a member beside another: in JSON behind it, in TOML, where a comment may follow on the line, before it.
    private func insertion(beside member: SpannedMember, name: String, _ texts: [String]) -> Replacement {
        let list = [UInt8(ascii: "[")] + QuotedText.list(texts) + [UInt8(ascii: "]")]
        let start = member.nameRange.lowerBound
        switch member.setting {
        case .json:
            let colon = bytes[member.nameRange.upperBound..<member.value.range.lowerBound]
            let isPlain = colon.allSatisfy { EditableDocument.isBlank($0) || $0 == UInt8(ascii: ":") }
            let place = member.value.range.upperBound
            return Replacement(
                range: place..<place,
                bytes: [UInt8(ascii: ",")] + blanks(before: start) + QuotedText.of(name)
                    + (isPlain ? Array(colon) : Array(": ".utf8)) + list
            )
        case .inline(let prefix):
            let text = prefix + Array("\(name) = ".utf8) + list + Array(", ".utf8)
            return Replacement(range: start..<start, bytes: text)
        case .line(let prefix):
            let indentation = blanks(before: start).reversed().prefix { $0 != 0x0a }.reversed()
            let text = prefix + Array("\(name) = ".utf8) + list + lineEnd + Array(indentation)
            return Replacement(range: start..<start, bytes: text)
        }
    }

    /// How lines end, by the first that does.
    private var lineEnd: [UInt8] {
        guard let end = bytes.firstIndex(of: 0x0a), end > 0, bytes[end - 1] == 0x0d else { return [0x0a] }
        return [0x0d, 0x0a]
    }

    private func blanks(before position: Int) -> [UInt8] {
        Array(bytes[..<position].reversed().prefix(while: EditableDocument.isBlank).reversed())
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d }
}
