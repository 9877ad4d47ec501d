/// Counts the uses of grants that are used up by them.
///
/// Implemented over the store, and by tests.
package protocol UseLedger: Sendable {
    /// Counts one use of each of these grants, durably, or of none; `completion` is called once, on any thread.
    func count(_ limits: [UseLimit], completion: @escaping @Sendable (UseCount) -> Void)
}

/// What became of counting a use.
package enum UseCount: Sendable {
    case counted
    /// This grant has no use left.
    case usedUp(grant: String)
    /// It could not be written down.
    case unavailable
}
