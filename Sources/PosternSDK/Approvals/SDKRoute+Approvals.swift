internal import PosternCore

extension SDKRoute {
    /// Following calls that wait for a person.
    static let approvals = [
        SDKRoute(
            .get,
            "/sdk/approvals/{approval}",
            .any(["approvals:read", "proxy:execute"]),
            query: ["wait"],
            waits: true
        ) { try await $0.approvalStatus() },
        SDKRoute(
            .get,
            "/sdk/approvals/{approval}/result",
            .any(["approvals:read", "proxy:execute"])
        ) { try await $0.approvalResult() },
    ]
}
