/// Takes tools that may not be called out of the lists in a server's answers.
///
/// An answer is one JSON body, which is held until it is whole, or a stream of events, of which each is held until it is
/// whole. Everything else in it stays as it is, to the byte. Use one filter for each answer, GET streams included, from the
/// first byte of its body; what it gives back differs in length, so the answer's own Content-Length does not hold.
package struct ToolListFilter: Sendable {
    private enum Form: Sendable {
        /// Neither type says what it is, so its first bytes do.
        case undecided
        case json
        case events(EventStreamReader)
        case refused(ToolListFault)
    }

    private let rules: MCPRules
    private var form: Form
    /// What came and has not been given back.
    private var held: [UInt8] = []

    /// `contentType` and `contentEncoding` are those of the answer, `nil` where there is none.
    package init(_ rules: MCPRules, contentType: ArraySlice<UInt8>?, contentEncoding: ArraySlice<UInt8>?) {
        self.rules = rules
        let type = contentType.flatMap { MediaType($0) }
        if contentEncoding != nil {
            form = .refused(ToolListFault("the answer is content-encoded, so its tools cannot be seen"))
        } else if let type, type.isJSON || type.isEventStream {
            if type.isUTF8 {
                form = type.isJSON ? .json : .events(EventStreamReader(maxBytes: rules.maxBytes))
            } else {
                form = .refused(ToolListFault("the answer is not in UTF-8"))
            }
        } else {
            form = .undecided
        }
    }

    /// Takes a piece of the answer's body; returns what may be passed on.
    package mutating func feed(_ bytes: ArraySlice<UInt8>) throws(ToolListFault) -> [UInt8] {
        guard !bytes.isEmpty else { return [] }
        switch form {
        case .refused(let fault): throw fault
        case .json:
            held += bytes
            guard held.count <= rules.maxBytes else { throw .tooLong(rules.maxBytes) }
            return []
        case .events(var reader):
            // Taken out, so that the reader's bytes are not copied.
            form = .undecided
            defer { form = .events(reader) }
            return try reader.feed(bytes) { (event) throws(ToolListFault) in try rules.withoutTools(event) }
        case .undecided:
            held += bytes
            guard let first = held.first(where: { !JSONText.isBlank($0) }) else {
                guard held.count <= rules.maxBytes else { throw .tooLong(rules.maxBytes) }
                return []
            }
            // What begins like JSON could be taken for it, and anything else for a stream of events.
            if JSONText.mayBegin(with: first) {
                form = .json
                return try feed([])
            }
            form = .events(EventStreamReader(maxBytes: rules.maxBytes))
            let start = held
            held = []
            return try feed(start[...])
        }
    }

    /// Ends the answer; returns what was held.
    package mutating func finish() throws(ToolListFault) -> [UInt8] {
        defer { held = [] }
        switch form {
        case .refused: return []
        case .undecided: return held
        case .json:
            if held.allSatisfy(JSONText.isBlank) { return held }
            return try JSONText.removing(rules.cuts(in: held), from: held)
        case .events(var reader):
            return try reader.finish { (event) throws(ToolListFault) in try rules.withoutTools(event) }
        }
    }
}

/// Why an answer cannot be passed on: it might hold a list of tools that cannot be seen.
package struct ToolListFault: Error, Hashable, Sendable {
    /// What is wrong, without a word of the answer.
    package let reason: String

    init(_ reason: String) { self.reason = reason }

    static func tooLong(_ limit: Int) -> ToolListFault {
        ToolListFault("the answer, or an event of it, is longer than \(limit) bytes")
    }
}
