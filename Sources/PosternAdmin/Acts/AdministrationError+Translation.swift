internal import PosternConfig
internal import PosternCore

extension AdministrationError {
    /// What callers are told of an error of a lower layer.
    init(_ error: any Error) {
        switch error {
        case let error as AdministrationError: self = error
        case let error as StoreError: self = .store(error)
        case let error as ConfigError: self.init(error, member: "")
        // Its text may hold anything; its type is enough to find out more.
        default: self = .store(.unavailable(reason: "unexpected \(type(of: error))"))
        }
    }

    /// Something given that its reader refuses.
    ///
    /// Such messages never hold a secret.
    init(_ error: ConfigError, member: String) {
        self = .invalid(
            member: member,
            reason: error.problems.map(\.reason).joined(separator: "; "),
            hint: error.problems.lazy.compactMap(\.hint).first
        )
    }
}
