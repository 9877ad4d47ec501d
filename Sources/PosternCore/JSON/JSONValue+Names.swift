extension JSONValue {
    /// Whether an object in it, however deep, has two members of one name: two readers could take one each.
    package var hasRepeatedNames: Bool {
        switch kind {
        case .null, .boolean, .number, .string: return false
        case .array: return elements.contains { $0.hasRepeatedNames }
        case .object:
            var names: Set<[UInt8]> = []
            return members.contains { name, value in
                !names.insert(name.string ?? []).inserted || value.hasRepeatedNames
            }
        }
    }
}
