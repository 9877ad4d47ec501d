/// Arrays of users, by id or by name.
enum UserIDKeys {
    /// Reads an array; `nil` if there is none, or after noting why it is none of users.
    ///
    /// `hint` says what to do about an empty one.
    static func read(_ key: String, _ table: TableReader, hint: String) -> [UInt32]? {
        guard let node = table.node(key) else { return nil }
        guard case .array(let elements) = node.value else {
            table.refuseType(key, node, expected: "an array of user ids or names")
            return nil
        }
        if elements.isEmpty { table.refuse(key, "is empty, so it is for nobody", hint: hint) }
        return elements.compactMap { userID($0, key, in: table) }
    }

    private static func userID(_ element: ConfigNode, _ key: String, in table: TableReader) -> UInt32? {
        switch element.value {
        case .integer(let number):
            // The largest is (uid_t)-1, which means "no user" to every system call.
            if let id = UInt32(exactly: number), id < UInt32.max { return id }
            table.problems.add("`\(key)` in \(table.title): \(number) is not a user id", line: element.line)
        case .string(let name):
            if let id = UserDatabase.userID(of: name) { return id }
            table.problems.add("`\(key)` in \(table.title): there is no user \(Excerpt.of(name))", line: element.line)
        default:
            table.refuseType(key, element, expected: "an array of user ids or names")
        }
        return nil
    }
}
