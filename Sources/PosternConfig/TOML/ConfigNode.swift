/// A value of a configuration file and the line it stands on.
struct ConfigNode: Sendable {
    /// What the value is.
    indirect enum Value: Sendable {
        case string(String)
        case integer(Int)
        /// A number with a fraction or an exponent, or an integer beyond `Int`, as JSON writes it.
        case decimal(String)
        case boolean(Bool)
        /// Seconds since 1970.
        case instant(Int64)
        case array([ConfigNode])
        case table(ConfigTable)
        /// A type that no key takes, by its name.
        case other(String)
    }

    let value: Value
    let line: Int?

    /// The type, as a message names it: `a string`.
    var typeName: String {
        switch value {
        case .string: "a string"
        case .integer: "an integer"
        case .decimal: "a floating-point number"
        case .boolean: "a boolean"
        case .instant: "a date-time with an offset"
        case .array: "an array"
        case .table: "a table"
        case .other(let name): name
        }
    }
}

/// A table of a configuration file and the line it begins on.
struct ConfigTable: Sendable {
    let entries: [String: ConfigNode]
    let line: Int?
}
