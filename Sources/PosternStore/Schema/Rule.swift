extension Migration1 {
    /// Conditions that columns of several tables have in common; part of the schema, so never edited either.
    enum Rule {
        static let seal = "seal BLOB NOT NULL CHECK (length(seal) = 32)"

        static func isUUID(_ column: String) -> String {
            """
            length(\(column)) = 36 AND replace(\(column), '-', '') NOT GLOB '*[^0-9a-f]*' \
            AND \(column) GLOB '????????-????-????-????-????????????' AND length(replace(\(column), '-', '')) = 32
            """
        }

        static func isSlug(_ column: String) -> String {
            "length(\(column)) BETWEEN 1 AND 64 AND \(column) NOT GLOB '*[^a-z0-9_-]*'"
        }

        /// A JSON object, by its ends; SQLite's JSON functions are not for schemas that are not trusted.
        static func isObject(_ column: String) -> String { "\(column) GLOB '{*}'" }
    }
}
