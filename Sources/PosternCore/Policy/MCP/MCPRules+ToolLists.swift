extension MCPRules {
    /// The places in an answer at which tools stand that may not be called, with the commas they leave behind; in order.
    ///
    /// Where a reader could take one member or the other for the list, both are lists.
    func cuts(in text: [UInt8]) throws(ToolListFault) -> [Range<Int>] {
        let document: JSONDocument
        do throws(JSONFault) {
            document = try JSONDocument(text)
        } catch {
            throw ToolListFault("the answer is not JSON: \(error.reason)")
        }
        var cuts: [Range<Int>] = []
        guard document.root.kind == .array else {
            try addCuts(message: document.root, to: &cuts)
            return cuts
        }
        for message in document.root.elements {
            guard message.kind != .array else { throw ToolListFault("a batch of the answer holds another") }
            try addCuts(message: message, to: &cuts)
        }
        return cuts
    }

    private func addCuts(message: JSONValue, to cuts: inout [Range<Int>]) throws(ToolListFault) {
        for (name, result) in message.members where MCPMember.result.likeness(to: name) != .different {
            for (name, list) in result.members where MCPMember.tools.likeness(to: name) != .different {
                switch list.kind {
                case .array: addCuts(list: list, to: &cuts)
                case .null: break
                case .boolean, .number, .string, .object: throw ToolListFault("the answer's `tools` is not a list")
                }
            }
        }
    }

    private func addCuts(list: JSONValue, to cuts: inout [Range<Int>]) {
        let tools = Array(list.elements)
        var isFirst = true
        for (number, tool) in tools.enumerated() {
            if isShown(tool) {
                isFirst = false
            } else if !isFirst {
                cuts.append(tools[number - 1].range.upperBound..<tool.range.upperBound)
            } else if number + 1 < tools.count {
                cuts.append(tool.range.lowerBound..<tools[number + 1].range.lowerBound)
            } else {
                cuts.append(tool.range)
            }
        }
    }

    /// A tool whose name is not plain is not shown: whoever lists it cannot call it either.
    private func isShown(_ tool: JSONValue) -> Bool {
        guard case .found(let value) = tool.member(MCPMember.name), let name = value.string else { return false }
        return shows(name)
    }

    /// The bytes of an event without the tools that may not be called.
    func withoutTools(_ event: StreamedEvent) throws(ToolListFault) -> [UInt8] {
        // Events of the older transport name an address; only what begins like JSON can be a message.
        guard let first = event.data.first(where: { !JSONText.isBlank($0) }), JSONText.mayBegin(with: first) else {
            return event.bytes
        }
        let cuts = try cuts(in: event.data)
        return cuts.isEmpty ? event.bytes : JSONText.removing(event.places(of: cuts), from: event.bytes)
    }
}

/// Texts that may be JSON.
enum JSONText {
    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 }

    /// Whether a text whose first byte that is not blank is this could be taken for an object or array.
    ///
    /// A byte order mark is skipped by some readers; the strict one refuses it.
    static func mayBegin(with byte: UInt8) -> Bool {
        byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") || byte == 0xef || byte == 0xfe || byte == 0xff
            || byte == 0
    }

    /// The bytes outside of `cuts`, which are in order.
    static func removing(_ cuts: [Range<Int>], from bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var position = 0
        for cut in cuts {
            result += bytes[position..<cut.lowerBound]
            position = cut.upperBound
        }
        return result + bytes[position...]
    }
}
