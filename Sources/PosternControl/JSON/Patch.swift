/// What a change does to one member: leaves it, empties it (`null`), or sets it.
package enum Patch<Value: Encodable & Sendable>: Sendable {
    /// The member is not sent.
    case unchanged
    case cleared
    case set(Value)

    /// Sets what is given, and leaves the member otherwise.
    package init(ifGiven value: Value?) { self = value.map { .set($0) } ?? .unchanged }
}

extension KeyedEncodingContainer {
    /// Writes a member unless it is left as it is.
    mutating func encode(_ patch: Patch<some Encodable>, forKey key: Key) throws {
        switch patch {
        case .unchanged: break
        case .cleared: try encodeNil(forKey: key)
        case .set(let value): try encode(value, forKey: key)
        }
    }
}
