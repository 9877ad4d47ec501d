/// What becomes of one member of something that is changed.
package enum Change<Value: Sendable>: Sendable {
    /// It stays as it is.
    case keep
    /// It gets this value; `nil` where it may have none.
    case set(Value)

    /// The value afterwards.
    func applied(to value: Value) -> Value {
        switch self {
        case .keep: value
        case .set(let new): new
        }
    }
}
