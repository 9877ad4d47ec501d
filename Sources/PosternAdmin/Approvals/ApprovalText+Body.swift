internal import PosternCore

extension ApprovalText.Body {
    /// The most characters that are shown.
    static let maxCount = 16 << 10
    /// The most bytes that are shown of what is no text.
    private static let maxBinaryBytes = 512

    /// Shows a body; `nil` if there is none.
    init?(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return nil }
        let shown = ApprovalText.Body.shown(bytes)
        self.init(
            text: shown.text,
            kind: shown.kind,
            isCut: shown.isCut,
            bytes: bytes.count,
            digest: KeyDigest(ofKey: bytes)
        )
    }

    /// What is known of a body that is not at hand.
    init(_ outline: ApprovalOutline.Body) {
        self.init(
            text: "",
            kind: Kind(rawValue: outline.kind) ?? .binary,
            isCut: true,
            bytes: outline.bytes,
            digest: outline.sha256
        )
    }

    private static func shown(_ bytes: [UInt8]) -> (text: String, kind: Kind, isCut: Bool) {
        if let document = try? JSONDocument(bytes) {
            var writer = IndentedJSON(limit: maxCount)
            writer.write(document.root)
            return (writer.text, .json, writer.isCut)
        }
        if let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) {
            let (text, isCut) = VisibleText.lines(text, atMost: maxCount)
            return (text, .text, isCut)
        }
        let digits = String(decoding: HexDigit.text(of: bytes.prefix(maxBinaryBytes)), as: UTF8.self)
        return (digits, .binary, bytes.count > maxBinaryBytes)
    }
}

/// Writes JSON with a member or element on each line, until there is no more room.
private struct IndentedJSON {
    private(set) var text = ""
    private(set) var isCut = false
    private var room: Int

    init(limit: Int) { room = limit }

    mutating func write(_ value: JSONValue, depth: Int = 0) {
        switch value.kind {
        case .null, .boolean, .number: add(String(decoding: value.source.prefix(room + 1), as: UTF8.self))
        case .string: add(quoted(value))
        case .array:
            write(value.elements, "[", "]", depth) { writer, element in writer.write(element, depth: depth + 1) }
        case .object:
            write(value.members, "{", "}", depth) { writer, member in
                writer.add(writer.quoted(member.name) + ": ")
                writer.write(member.value, depth: depth + 1)
            }
        }
    }

    private mutating func write<Items: Sequence>(
        _ items: Items,
        _ opening: String,
        _ closing: String,
        _ depth: Int,
        _ item: (inout IndentedJSON, Items.Element) -> Void
    ) {
        add(opening)
        var isFirst = true
        for element in items {
            guard !isCut else { return }
            add((isFirst ? "\n" : ",\n") + String(repeating: "  ", count: depth + 1))
            item(&self, element)
            isFirst = false
        }
        add((isFirst ? "" : "\n" + String(repeating: "  ", count: depth)) + closing)
    }

    private mutating func add(_ piece: String) {
        guard !isCut else { return }
        let shown = piece.unicodeScalars.prefix(room)
        text.unicodeScalars.append(contentsOf: shown)
        room -= shown.count
        isCut = shown.endIndex < piece.unicodeScalars.endIndex
    }

    /// A text as whoever reads the JSON gets it, or what there is room for, and one more by which it is known to be cut.
    private func quoted(_ value: JSONValue) -> String {
        let text = VisibleText.line(String(decoding: value.string ?? [], as: UTF8.self), atMost: room + 1).text
        // Scalar by scalar: to Swift a quote with an accent behind it is another character than a quote.
        let escaped = text.unicodeScalars.flatMap { $0 == "\"" ? ["\\", $0] : [$0] }
        return "\"\(String(String.UnicodeScalarView(escaped)))\""
    }
}
