internal import PosternCommand

/// The colours of text on a terminal, or none.
package struct Palette: Hashable, Sendable {
    /// What a word means to the reader.
    package enum Tone: Sendable {
        case plain
        case title
        case good
        case attention
        case bad
    }

    private let isColoured: Bool

    /// Colours or none, as a test wants it.
    package init(isColoured: Bool) { self.isColoured = isColoured }

    /// Colours where people see them, unless the environment says otherwise: `NO_COLOR` (no-color.org), `FORCE_COLOR`,
    /// `CLICOLOR=0` and `TERM=dumb`, in this order.
    package init(environment: [String: String] = Environment.all, isTerminal: Bool = Terminal.isOutputShown) {
        func has(_ name: String) -> Bool { environment[name].map { !$0.isEmpty } ?? false }
        isColoured =
            if has("NO_COLOR") { false } else if has("FORCE_COLOR") { environment["FORCE_COLOR"] != "0" } else {
                isTerminal && environment["CLICOLOR"] != "0" && environment["TERM"] != "dumb"
            }
    }

    /// The text in a colour.
    package func paint(_ text: String, _ tone: Tone) -> String {
        guard isColoured, let code = Palette.code(tone), !text.isEmpty else { return text }
        return "\u{1b}[\(code)m\(text)\u{1b}[0m"
    }

    /// Select Graphic Rendition, ECMA-48 8.3.117.
    private static func code(_ tone: Tone) -> String? {
        switch tone {
        case .plain: nil
        case .title: "1"
        case .good: "32"
        case .attention: "33"
        case .bad: "31"
        }
    }
}
