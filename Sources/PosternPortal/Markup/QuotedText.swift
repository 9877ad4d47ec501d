/// Text of others, as people are shown it: nothing in it can hide, or move what stands around it.
///
/// Control and format characters, such as those that turn the direction of writing around, are shown by their numbers, and
/// the direction of the whole is kept to itself. Text that is too long is cut visibly.
enum QuotedText {
    /// What stands in a line of ours.
    static func line(_ text: String, limit: Int = 400) -> HTML {
        "<bdi>\(visible(text, limit: limit) { _ in false })</bdi>"
    }

    /// What has lines of its own.
    static func block(_ text: String, limit: Int = 2000) -> HTML {
        HTML(visible(text, limit: limit) { $0 == "\n" || $0 == "\t" })
    }

    private static func visible(
        _ text: String,
        limit: Int,
        except isKept: (Unicode.Scalar) -> Bool
    ) -> [HTML] {
        var pieces: [HTML] = []
        var plain = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(limit) {
            if isKept(scalar) || !isInvisible(scalar) {
                plain.append(scalar)
            } else {
                pieces.append("\(String(plain))<span class=\"sign\">\(name(scalar))</span>")
                plain.removeAll()
            }
        }
        pieces.append("\(String(plain))")
        if text.unicodeScalars.count > limit { pieces.append("<span class=\"sign\">cut</span>") }
        return pieces
    }

    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: true
        case .spaceSeparator: scalar != " "
        default: scalar.properties.isDefaultIgnorableCodePoint
        }
    }

    private static func name(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
