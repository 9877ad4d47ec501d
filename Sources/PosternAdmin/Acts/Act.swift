internal import PosternCore

/// An act of an operator under way: the transaction, its time, what is recorded of it, and what it makes different.
struct Act {
    let store: any StoreWriter
    /// Nanoseconds since 1970.
    let now: Int64
    let declared: Declared
    /// What is recorded of it, whether it takes effect or is refused.
    var record: AdministrativeAct
    /// What is recorded in its place, for an act of several parts; an empty list records nothing.
    var parts: [AdministrativeAct]?
    /// What it brings about beside, which is recorded first.
    var consequences: [AdministrativeAct] = []
    var impact = Impact.none
    /// The tokens that it forgets; their providers are told once it has taken effect.
    var forgotten: [ForgottenToken] = []

    /// The records of an act that is about to take effect.
    var records: [AdministrativeAct] { consequences + (parts ?? [record]) }
}
