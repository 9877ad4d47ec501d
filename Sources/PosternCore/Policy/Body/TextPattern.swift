/// A regular expression that a whole text must match.
///
/// Matching takes time in proportion to the text, whatever the pattern: all ways through the pattern are followed at once
/// and none is tried again (Thompson, "Regular Expression Search Algorithm", 1968).
///
/// It knows `.` (any character but a line end), `[a-z]`, `[^…]`, `\d`, `\w`, `\s` and their negations (ASCII), `\` before
/// punctuation, `\t`, `\n`, `\r`, `( )`, `(?: )`, `|`, `*`, `+`, `?` and `{m,n}`.
package struct TextPattern: Hashable, Sendable {
    /// The pattern as written.
    package let text: String
    let program: PatternProgram

    /// Reads a pattern.
    package init(_ text: String) throws(PatternFault) {
        self.text = text
        program = try PatternProgram(PatternReader.read(text))
    }

    package static func == (left: TextPattern, right: TextPattern) -> Bool { left.text == right.text }
    package func hash(into hasher: inout Hasher) { hasher.combine(text) }

    /// Whether the whole of a text in UTF-8 matches; `nil` if `work` is used up before that is known.
    package func matches(_ text: [UInt8], work: inout MatchingWork) -> Bool? { program.matches(text, work: &work) }
}

/// Why a pattern cannot be used.
package struct PatternFault: Error, Hashable, Sendable {
    /// What is wrong, lower case, without a full stop.
    package let reason: String

    init(_ reason: String) { self.reason = reason }
}

/// How many steps the matching of one body may still take, so that no body holds an event loop up.
package struct MatchingWork: Sendable {
    private var steps: Int

    package init(steps: Int = 2_000_000) { self.steps = steps }

    /// Takes steps away; `false` if there are not as many.
    mutating func take(_ count: Int) -> Bool {
        steps -= count
        return steps >= 0
    }
}
