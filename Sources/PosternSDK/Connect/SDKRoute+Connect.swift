internal import PosternCore

extension SDKRoute {
    /// Connecting users' accounts.
    static let connect = [
        SDKRoute(.post, "/sdk/oauth/connect/session", .scope("connect:initiate")) { try await $0.beginConnect() },
        SDKRoute(.post, "/sdk/oauth/connect/session/poll", .scope("connect:initiate")) {
            try await $0.pollConnect()
        },
    ]
}
