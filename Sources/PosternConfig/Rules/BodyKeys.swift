internal import PosternCore

/// `body`, and `arguments` of a tool: conditions on places in JSON.
enum BodyKeys {
    static func rules(_ table: TableReader, maxBytes: Int) -> BodyRules? {
        conditions(table, "body").map { BodyRules(conditions: $0, maxBytes: maxBytes) }
    }

    /// The conditions in a list; `nil` if there is no list.
    static func conditions(_ table: TableReader, _ key: String) -> [BodyCondition]? {
        guard let elements = table.tables(key) else { return nil }
        if elements.isEmpty {
            table.refuse(key, "is empty, so it asks for nothing", hint: "leave `\(key)` out, or write a condition")
        }
        InspectionKeys.checkCount(elements.count, key, table)
        return elements.compactMap(condition)
    }

    private static func condition(_ table: TableReader) -> BodyCondition? {
        let pointer = pointer(table)
        var tests: [BodyCondition.Test] = []
        if let scalar = table.node("equals").flatMap({ scalar($0, "equals", table) }) {
            tests.append(.isOneOf([scalar]))
        }
        if let scalars = scalars(table) { tests.append(.isOneOf(scalars)) }
        if let limit = number(table, "max") { tests.append(.atMost(limit)) }
        if let limit = number(table, "min") { tests.append(.atLeast(limit)) }
        if let pattern = pattern(table) { tests.append(.matches(pattern)) }
        let isOptional = table.boolean("optional") ?? false
        checkTests(table, isOptional: isOptional)
        table.finish()
        return pointer.map { BodyCondition(pointer: $0, tests: tests, isOptional: isOptional) }
    }

    private static func pointer(_ table: TableReader) -> JSONPointer? {
        guard let text = table.requiredString("pointer", hint: "name the place, such as `/model`") else { return nil }
        guard let pointer = JSONPointer(text.value) else {
            table.refuse(
                "pointer",
                "is not a JSON pointer: \(Excerpt.of(text.value))",
                hint: "write `/model`, `/messages/0/role` or `/messages/*/role`; `/` in a name is `~1`, `~` is `~0`"
            )
            return nil
        }
        return pointer
    }

    private static func checkTests(_ table: TableReader, isOptional: Bool) {
        let written = ["equals", "in", "max", "min", "matches"].filter(table.has)
        if written.contains("equals"), written.contains("in") {
            table.refuse("in", "stands beside `equals`", hint: "put every value into `in`")
        }
        if written.contains("matches"), written.contains(where: { $0 == "max" || $0 == "min" }) {
            table.refuse("matches", "is for texts and stands beside a limit for numbers")
        }
        if written.isEmpty, isOptional {
            table.refuse("optional", "leaves nothing that the condition asks for", hint: "add `in`, `max` or `matches`")
        }
    }

    private static func scalars(_ table: TableReader) -> Set<JSONScalar>? {
        guard let node = table.node("in") else { return nil }
        guard case .array(let elements) = node.value else {
            table.refuseType("in", node, expected: "an array")
            return nil
        }
        InspectionKeys.checkCount(elements.count, "in", table)
        return Set(elements.compactMap { scalar($0, "in", table) })
    }

    private static func scalar(_ node: ConfigNode, _ key: String, _ table: TableReader) -> JSONScalar? {
        if case .string(let text) = node.value { return .string(Array(text.utf8)) }
        if case .boolean(let value) = node.value { return .boolean(value) }
        if let number = number(node) { return .number(number) }
        table.refuseType(key, node, expected: "a text, a number, true or false")
        return nil
    }

    private static func number(_ table: TableReader, _ key: String) -> JSONNumber? {
        guard let node = table.node(key) else { return nil }
        guard let number = number(node) else {
            table.refuseType(key, node, expected: "a number")
            return nil
        }
        guard number.isInteroperable else {
            table.refuse(key, "must be between -2^53 and 2^53, beyond which programs read numbers differently")
            return nil
        }
        return number
    }

    private static func number(_ node: ConfigNode) -> JSONNumber? {
        if case .integer(let integer) = node.value { return JSONNumber(integer) }
        if case .decimal(let text) = node.value { return JSONNumber(text.utf8) }
        return nil
    }

    private static func pattern(_ table: TableReader) -> TextPattern? {
        guard let text = table.string("matches") else { return nil }
        return table.attempt("matches", line: text.line) { () throws(Refusal) in
            do throws(PatternFault) {
                return try TextPattern(text.value)
            } catch {
                throw Refusal("not a pattern: \(error.reason)")
            }
        }
    }
}
