/// Text with named variables in braces, such as `Bearer {secret}`.
package struct Template: Hashable, Sendable {
    /// A piece of a template.
    package enum Part: Hashable, Sendable {
        case literal(String)
        case variable(String)
    }

    package let parts: [Part]

    /// The names of the variables, in order of appearance.
    package var variables: [String] {
        parts.compactMap { if case .variable(let name) = $0 { name } else { nil } }
    }

    /// Reads a template; `nil` if a brace is unbalanced or a variable's name is not letters, digits and `_`.
    package init?(_ text: String) {
        var parts: [Part] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            if rest[..<open].contains("}") { return nil }
            if open > rest.startIndex { parts.append(.literal(String(rest[..<open]))) }
            guard let close = rest[open...].firstIndex(of: "}") else { return nil }
            let name = rest[rest.index(after: open)..<close]
            guard !name.isEmpty, name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }) else {
                return nil
            }
            parts.append(.variable(String(name)))
            rest = rest[rest.index(after: close)...]
        }
        if rest.contains("}") { return nil }
        if !rest.isEmpty { parts.append(.literal(String(rest))) }
        self.parts = parts
    }
}
