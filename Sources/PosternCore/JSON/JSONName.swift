/// The name of a member that a rule looks for, and what else a lenient reader might take for it.
///
/// Readers differ: some take the first of two members, some the last, some ignore letter case, some `_` and `-`
/// (`maxTokens` for `max_tokens`), some end a name at a NUL. So a member whose name is only like the one that is looked for
/// makes an object ambiguous, as a second one of the same name does.
struct JSONName: Hashable, Sendable {
    let exact: [UInt8]
    private let folded: [UInt8]

    init(_ exact: [UInt8]) {
        self.exact = exact
        folded = JSONName.fold(exact)
    }

    init(_ exact: StaticString) {
        self.init(Array(UnsafeBufferPointer(start: exact.utf8Start, count: exact.utf8CodeUnitCount)))
    }

    /// How a member's name compares.
    enum Likeness {
        case same, similar, different
    }

    /// Compares the name that a member has in its text.
    func likeness(to name: JSONValue) -> Likeness {
        let place = name.range.lowerBound + 1..<name.range.upperBound - 1
        let isPlain = name.document.bytes[place].allSatisfy { $0 < 0x80 && $0 != UInt8(ascii: "\\") }
        if isPlain {
            if name.document.bytes[place].elementsEqual(exact) { return .same }
            return isFolded(name.document.bytes[place]) ? .similar : .different
        }
        guard let text = name.string else { return .different }
        if text == exact { return .same }
        return JSONName.fold(text) == folded ? .similar : .different
    }

    /// Whether plain ASCII text without a NUL is the name once folded.
    private func isFolded(_ text: ArraySlice<UInt8>) -> Bool {
        var position = 0
        for byte in text {
            guard let byte = JSONName.fold(byte) else { continue }
            guard position < folded.count, folded[position] == byte else { return false }
            position += 1
        }
        return position == folded.count
    }

    /// The letter in lower case; `nil` for what some readers leave out.
    private static func fold(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
        case 0...0x20, UInt8(ascii: "_"), UInt8(ascii: "-"): nil
        default: byte
        }
    }

    fileprivate static func fold(_ text: [UInt8]) -> [UInt8] {
        text.withUnsafeBufferPointer { bytes in
            var folded: [UInt8] = []
            var position = 0
            while position < bytes.count, bytes[position] != 0 {
                guard let scalar = UTF8Reading.scalar(in: bytes, at: position) else { break }
                position += scalar.length
                // The letters beyond ASCII that upper or lower case makes ASCII letters of.
                switch scalar.value {
                case 0x17f: folded.append(UInt8(ascii: "s"))
                case 0x212a: folded.append(UInt8(ascii: "k"))
                case 0x130, 0x131: folded.append(UInt8(ascii: "i"))
                case 0..<0x80: if let byte = fold(UInt8(scalar.value)) { folded.append(byte) }
                default: UTF8Reading.append(scalar.value, to: &folded)
                }
            }
            return folded
        }
    }
}

/// Names that a rule looks for, with which one name is compared in one step.
struct JSONNames: Hashable, Sendable {
    private let folded: Set<[UInt8]>

    init(_ names: [String]) { folded = Set(names.map { JSONName.fold(Array($0.utf8)) }) }

    /// Whether the name that a member has in its text is one of them, or like one.
    func mayInclude(_ name: JSONValue) -> Bool { name.string.map { folded.contains(JSONName.fold($0)) } ?? false }
}

extension JSONValue {
    /// What an object holds under a name.
    enum Lookup {
        case found(JSONValue)
        case absent
        /// More than one member could be meant.
        case ambiguous
    }

    /// The one member of this name.
    func member(_ name: JSONName) -> Lookup {
        var found: JSONValue?
        for member in members {
            switch name.likeness(to: member.name) {
            case .different: continue
            case .similar: return .ambiguous
            case .same:
                if found != nil { return .ambiguous }
                found = member.value
            }
        }
        return found.map { .found($0) } ?? .absent
    }
}
