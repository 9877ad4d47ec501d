// The getters, one for each type of value.
extension TableReader {
    /// A string.
    func string(_ key: String) -> Located<String>? {
        guard let node = node(key) else { return nil }
        guard case .string(let text) = node.value else {
            refuseType(key, node, expected: "a string")
            return nil
        }
        return Located(text, line: node.line)
    }

    /// A string that must be there.
    func requiredString(_ key: String, hint: String? = nil) -> Located<String>? {
        if !has(key) { refuseMissing(key, hint: hint) }
        return string(key)
    }

    /// An integer of a range.
    func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
        guard let node = node(key) else { return nil }
        guard case .integer(let number) = node.value else {
            refuseType(key, node, expected: "an integer")
            return nil
        }
        guard range.contains(number) else {
            refuse(key, "must be from \(range.lowerBound) to \(range.upperBound), found \(number)")
            return nil
        }
        return number
    }

    /// `true` or `false`.
    func boolean(_ key: String) -> Bool? {
        guard let node = node(key) else { return nil }
        guard case .boolean(let value) = node.value else {
            refuseType(key, node, expected: "true or false")
            return nil
        }
        return value
    }

    /// A moment, as seconds since 1970.
    func instant(_ key: String) -> Int64? {
        guard let node = node(key) else { return nil }
        guard case .instant(let seconds) = node.value else {
            refuseType(
                key,
                node,
                expected: "a date-time with an offset",
                hint: "write it like 2027-01-01T00:00:00Z, without quotes"
            )
            return nil
        }
        return seconds
    }

    /// An array of strings; elements of another type are noted and left out.
    func strings(_ key: String) -> [Located<String>]? {
        guard let node = node(key) else { return nil }
        guard case .array(let elements) = node.value else {
            refuseType(key, node, expected: "an array of strings")
            return nil
        }
        return elements.compactMap { element in
            guard case .string(let text) = element.value else {
                refuseType(key, element, expected: "an array of strings")
                return nil
            }
            return Located(text, line: element.line)
        }
    }

    /// A table of strings, such as `{ account_sid = "…" }`.
    func stringTable(_ key: String) -> [String: Located<String>]? {
        guard let node = node(key) else { return nil }
        guard case .table(let table) = node.value else {
            refuseType(key, node, expected: "a table")
            return nil
        }
        var result: [String: Located<String>] = [:]
        for (name, entry) in table.entries {
            if case .string(let text) = entry.value {
                result[name] = Located(text, line: entry.line)
            } else {
                refuseType(key, entry, expected: "a table of strings")
            }
        }
        return result
    }

    /// A table of its own keys, such as `{ name = …, value = … }`.
    func table(_ key: String) -> TableReader? {
        guard let node = node(key) else { return nil }
        guard case .table(let table) = node.value else {
            refuseType(key, node, expected: "a table")
            return nil
        }
        return TableReader(table, title: "`\(key)`", problems: problems)
    }

    /// An array of tables of their own keys.
    func tables(_ key: String) -> [TableReader]? {
        guard let node = node(key) else { return nil }
        guard case .array(let elements) = node.value else {
            refuseType(key, node, expected: "an array of tables")
            return nil
        }
        return elements.compactMap { element in
            guard case .table(let table) = element.value else {
                refuseType(key, element, expected: "an array of tables")
                return nil
            }
            return TableReader(table, title: "`\(key)`", problems: problems)
        }
    }
}

extension TableReader {
    /// One of a few words, each with what it stands for.
    func choice<Choice>(_ key: String, of choices: [String: Choice]) -> Choice? {
        guard let word = string(key) else { return nil }
        guard let choice = choices[word.value] else {
            let words = choices.keys.sorted().map { "\"\($0)\"" }.joined(separator: " or ")
            refuse(
                key,
                "must be \(words), found \(Excerpt.of(word.value))",
                hint: Suggestion.hint(for: word.value, among: choices.keys)
            )
            return nil
        }
        return choice
    }

    /// Does what may be refused, and notes a refusal as one of the key.
    func attempt<Result>(_ key: String, line: Int?, _ body: () throws(Refusal) -> Result) -> Result? {
        do {
            return try body()
        } catch {
            problems.add("`\(key)` in \(title): \(error.reason)", line: line, hint: error.hint)
            return nil
        }
    }
}
