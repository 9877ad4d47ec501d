internal import PosternCore

extension SDKRoute {
    /// Using credentials: calls that Postern makes, and calls that the client makes through it.
    static let calls = [
        SDKRoute(.post, "/sdk/proxy", .scope("proxy:execute"), maxBodyBytes: 12 << 20) { try await $0.proxy() },
        SDKRoute(.post, "/sdk/token", .scope("tokens:retrieve")) { try await $0.token() },
    ]
}
