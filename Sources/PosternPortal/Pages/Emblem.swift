/// The small pictures of pages, which say nothing that the text does not say.
enum Emblem {
    /// The initials of two that are to be connected.
    static func pair(_ left: String, _ right: String) -> HTML {
        """
        <div class="pair" aria-hidden="true">\
        <span class="tile">\(initial(left))</span><span class="wire"></span>\
        <span class="tile other">\(initial(right))</span></div>
        """
    }

    /// A large sign: how something ended.
    static func end(_ end: End) -> HTML {
        switch end {
        case .good: "<div class=\"end good\" aria-hidden=\"true\">✓</div>"
        case .bad: "<div class=\"end bad\" aria-hidden=\"true\">✕</div>"
        case .neutral: "<div class=\"end\" aria-hidden=\"true\">–</div>"
        }
    }

    enum End {
        case good, bad, neutral
    }

    /// A letter or digit of any script; nothing that combines with what stands around it.
    private static func initial(_ name: String) -> String {
        let bare = name.drop(prefix: "https://").drop(prefix: "http://")
        let first = bare.unicodeScalars.first { $0.properties.isAlphabetic || $0.properties.numericType != nil }
        return first.map { String($0).uppercased() } ?? "·"
    }
}

extension String {
    fileprivate func drop(prefix: String) -> String { hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self }
}
