internal import PosternAdmin
internal import PosternPortal

extension PageRefusal {
    /// What a person is told of an act that was refused.
    init(_ error: AdministrationError) {
        switch error {
        case .notFound: self = .notFound
        case .conflict("approval_partly_shown", _, _):
            self = .invalid("More is sent than is shown. Say that you approve what you have not seen, or deny.")
        case .conflict("approval_not_yours", let reason, _): self = .forbidden(reason)
        case .conflict(_, let reason, _): self = .over(reason)
        case .invalid: self = .invalid(error.description)
        case .auditUnavailable, .store, .notInForce: self = .unavailable("Nothing was done. Try again in a moment.")
        }
    }

    /// Does what may be refused, in the words of pages.
    static func asked<Result: Sendable>(
        _ work: () async throws(AdministrationError) -> Result
    ) async throws(PageRefusal) -> Result {
        do throws(AdministrationError) { return try await work() } catch { throw PageRefusal(error) }
    }
}
