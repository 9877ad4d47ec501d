/// Writes a JSON text again without some members; the rest stays as it was written.
struct BodyRedaction {
    /// What is left out, and whatever a lenient reader might take for it.
    let names: JSONNames
    /// Whether anything was left out.
    private(set) var hasRemoved = false

    init(names: JSONNames) { self.names = names }

    /// The text of a value without them.
    mutating func apply(to value: JSONValue) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(value.range.count)
        write(value, to: &text)
        return text
    }

    private mutating func write(_ value: JSONValue, to text: inout [UInt8]) {
        switch value.kind {
        case .null, .boolean, .number, .string: text += value.source
        case .array:
            text.append(UInt8(ascii: "["))
            for (index, element) in value.elements.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                write(element, to: &text)
            }
            text.append(UInt8(ascii: "]"))
        case .object:
            var isFirst = true
            text.append(UInt8(ascii: "{"))
            for member in value.members {
                guard !names.mayInclude(member.name) else {
                    hasRemoved = true
                    continue
                }
                if !isFirst { text.append(UInt8(ascii: ",")) }
                isFirst = false
                text += member.name.source
                text.append(UInt8(ascii: ":"))
                write(member.value, to: &text)
            }
            text.append(UInt8(ascii: "}"))
        }
    }
}
