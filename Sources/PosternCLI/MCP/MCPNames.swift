/// Names in the store, made of names that other programs allow.
enum MCPNames {
    /// Parts joined by `-`, in lower case, of the letters that names may have, and not too long.
    static func make(_ parts: String...) -> String {
        var name = ""
        for character in parts.joined(separator: "-").lowercased() {
            let isPlain = character.isASCII && (character.isLetter || character.isNumber || character == "_")
            if isPlain { name.append(character) } else if name.last != "-" { name.append("-") }
        }
        while name.last == "-" { name.removeLast() }
        // Room for a number behind it.
        return String(name.prefix(60))
    }

    /// Whether a name is `base`, or that with a number behind it.
    static func isOne(_ name: String, of base: String) -> Bool {
        guard name.hasPrefix(base) else { return false }
        let rest = name.dropFirst(base.count)
        return rest.isEmpty || rest.first == "-" && rest.count > 1 && rest.dropFirst().allSatisfy(\.isNumber)
    }

    /// The name, or the first with a number behind it that is free.
    static func free(_ name: String, _ isTaken: (String) -> Bool) -> String {
        guard isTaken(name) else { return name }
        return (2...).lazy.map { "\(name)-\($0)" }.first { !isTaken($0) } ?? name
    }
}
