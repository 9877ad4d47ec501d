/// What must be true of one place in a JSON body.
package struct BodyCondition: Hashable, Sendable {
    /// What the value there must be.
    package enum Test: Hashable, Sendable {
        /// One of these, compared exactly.
        case isOneOf(Set<JSONScalar>)
        case atMost(JSONNumber)
        case atLeast(JSONNumber)
        /// A text that the pattern matches as a whole.
        case matches(TextPattern)
    }

    package let pointer: JSONPointer
    /// All of them must be true, of every value that the pointer means.
    package let tests: [Test]
    /// Whether nothing may stand there.
    package let isOptional: Bool

    package init(pointer: JSONPointer, tests: [Test], isOptional: Bool = false) {
        self.pointer = pointer
        self.tests = tests
        self.isOptional = isOptional
    }

    /// Judges a text, or its absence.
    func judge(_ root: JSONValue?, work: inout MatchingWork) -> Verdict {
        guard let root else { return absent }
        return judge(root, pointer.segments[...], &work)
    }

    private var absent: Verdict { isOptional ? .holds : .unknown("\(place) is absent") }
    private var place: String { "`\(pointer.text)` in the body" }

    private func judge(_ value: JSONValue, _ segments: ArraySlice<JSONPointer.Segment>, _ work: inout MatchingWork)
        -> Verdict
    {
        guard let segment = segments.first else { return judge(value, &work) }
        let rest = segments.dropFirst()
        switch segment {
        case .every:
            guard value.kind == .array else { return .unknown("\(place) goes through something that is no array") }
            var isEmpty = true
            for element in value.elements {
                isEmpty = false
                let verdict = judge(element, rest, &work)
                if verdict != .holds { return verdict }
            }
            return isEmpty ? absent : .holds
        case .name(let name, let index):
            switch value.kind {
            case .object:
                switch value.member(name) {
                case .found(let member): return judge(member, rest, &work)
                case .absent: return absent
                case .ambiguous: return .unknown("\(place) has a member that could be read in more than one way")
                }
            case .array:
                guard let index else { return .unknown("\(place) goes through an array") }
                for (number, element) in value.elements.enumerated() where number == index {
                    return judge(element, rest, &work)
                }
                return absent
            case .null, .boolean, .number, .string: return .unknown("\(place) goes through a plain value")
            }
        }
    }

    private func judge(_ value: JSONValue, _ work: inout MatchingWork) -> Verdict {
        for test in tests {
            let verdict = judge(value, test, &work)
            if verdict != .holds { return verdict }
        }
        return .holds
    }

    private func judge(_ value: JSONValue, _ test: Test, _ work: inout MatchingWork) -> Verdict {
        switch test {
        case .isOneOf(let allowed):
            guard let scalar = JSONScalar(value) else { return .unknown("\(place) is not a plain value") }
            if allowed.contains(scalar) { return .holds }
            return allowed.contains { $0.isSameType(as: scalar) }
                ? .fails("\(place) has another value") : .unknown("\(place) is of another type")
        case .atMost(let limit):
            guard let number = value.number else { return .unknown("\(place) is not a number") }
            if number > limit { return .fails("\(place) is too large") }
            return number.isInteroperable ? .holds : .unknown("\(place) is a number that programs read differently")
        case .atLeast(let limit):
            guard let number = value.number else { return .unknown("\(place) is not a number") }
            if number < limit { return .fails("\(place) is too small") }
            return number.isInteroperable ? .holds : .unknown("\(place) is a number that programs read differently")
        case .matches(let pattern):
            guard let text = value.string else { return .unknown("\(place) is not a text") }
            guard let isMatch = pattern.matches(text, work: &work) else {
                return .unknown("\(place) is too long to be matched")
            }
            return isMatch ? .holds : .fails("\(place) does not match")
        }
    }
}

/// A plain value that a condition names.
package enum JSONScalar: Hashable, Sendable {
    case boolean(Bool)
    case number(JSONNumber)
    /// A text, as UTF-8.
    case string([UInt8])

    /// Takes a value of a text; `nil` if it is none of these.
    init?(_ value: JSONValue) {
        if let boolean = value.boolean {
            self = .boolean(boolean)
        } else if let number = value.number {
            self = .number(number)
        } else if let string = value.string {
            self = .string(string)
        } else {
            return nil
        }
    }

    func isSameType(as other: JSONScalar) -> Bool {
        switch (self, other) {
        case (.boolean, .boolean), (.number, .number), (.string, .string): true
        case (.boolean, _), (.number, _), (.string, _): false
        }
    }
}
