/// Which values may stand in `inputs`.
enum InputRules {
    /// The inputs, with another text in the place of each that had to be refused.
    static func checked(_ written: [String: Located<String>], in table: TableReader) -> [String: Located<String>] {
        var inputs = written
        for (name, text) in written where text.value.isEmpty || !FieldRules.isFieldText(text.value) {
            table.problems.add(
                "`inputs` in \(table.title): \(Excerpt.of(name)) must be visible ASCII text",
                line: text.line
            )
            // One complaint about it is enough.
            inputs[name] = Located("refused", line: text.line)
        }
        return inputs
    }
}
