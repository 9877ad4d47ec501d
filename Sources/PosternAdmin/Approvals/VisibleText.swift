/// Text that shows everything it is made of, whoever wrote it.
///
/// What moves the cursor, turns the direction of the text, or does not show, is written as `\u{…}`; a backslash is written
/// twice, so that an escape is always one of ours.
enum VisibleText {
    /// The text on one line, and at most so many characters of it.
    static func line(_ text: String, atMost count: Int = .max) -> (text: String, isCut: Bool) {
        write(text.unicodeScalars, atMost: count) { _ in false }
    }

    /// The text with its lines and tabs.
    static func lines(_ text: String, atMost count: Int) -> (text: String, isCut: Bool) {
        // Two of them become one at most: no more is looked at than can be shown, and one by which it is known to be cut.
        let beginning = String(text.unicodeScalars.prefix(2 * count + 1))
        return write(beginning.replacing("\r\n", with: "\n").unicodeScalars, atMost: count) { $0 == "\n" || $0 == "\t" }
    }

    private static func write(
        _ scalars: String.UnicodeScalarView,
        atMost count: Int,
        keeping isKept: (Unicode.Scalar) -> Bool
    ) -> (text: String, isCut: Bool) {
        var result = ""
        var marks = 0
        for (index, scalar) in scalars.enumerated() {
            guard index < count else { return (result, true) }
            marks = isMark(scalar) ? marks + 1 : 0
            // More marks than any language has on one letter would cover the lines around it.
            if isKept(scalar) || isPlain(scalar), marks <= 2 {
                result.unicodeScalars.append(scalar)
                if scalar == "\\" { result += "\\" }
            } else {
                result += "\\u{" + String(scalar.value, radix: 16) + "}"
            }
        }
        return (result, false)
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .spacingMark: true
        default: false
        }
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        if scalar == " " { return true }
        guard !scalar.properties.isDefaultIgnorableCodePoint else { return false }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .surrogate, .privateUse,
            .unassigned:
            return false
        default: return true
        }
    }
}
