/// A value and the line it was written on.
struct Located<Value> {
    let value: Value
    let line: Int?

    init(_ value: Value, line: Int?) {
        self.value = value
        self.line = line
    }
}

extension Located: Sendable where Value: Sendable {}
