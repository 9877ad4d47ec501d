internal import PosternAdmin

/// What `work` returns; `nil` if there is no such thing.
func ifFound<Result>(
    _ work: () async throws(AdministrationError) -> Result
) async throws(AdministrationError) -> Result? {
    do { return try await work() } catch {
        if case .notFound = error { return nil }
        throw error
    }
}
