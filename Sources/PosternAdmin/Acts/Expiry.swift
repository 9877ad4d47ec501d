/// When something ends by itself.
package enum Expiry: Hashable, Sendable {
    case never
    /// At a time in nanoseconds since 1970.
    case at(Int64)
    /// So long after it was made.
    case after(Duration)
}
