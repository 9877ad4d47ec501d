package import PosternCore

/// One request of the API that programs use.
package struct SDKRoute: Sendable {
    /// Whose requests it answers.
    package enum Audience: Hashable, Sendable {
        /// Every key's.
        case anyone
        /// Those signed by a key of the application; others are refused with this code.
        case application(else: String)
        /// Those of an agent, by its own key or by the application's key naming it; others are refused with this code.
        case agent(else: String)
    }

    /// How the scopes of a route go together.
    package enum Need: Hashable, Sendable {
        case nothing
        /// Any one of these suffices.
        case any([String])

        /// Just this scope.
        static func scope(_ text: String) -> Need { .any([text]) }
    }

    /// What the body of most requests may have at most.
    package static let usualMaxBodyBytes = 1 << 20

    package let method: Method
    /// Such as `/sdk/agents/{agent}`.
    package let path: String
    /// What the key has to be good for.
    package let need: Need
    package let audience: Audience
    /// Whether a paused agent may ask it.
    package let worksWhilePaused: Bool
    /// The parameters that the query may have.
    package let query: [String]
    /// The largest body, in bytes.
    package let maxBodyBytes: Int
    /// Whether it may wait for somebody, while whoever asks may lose what let them in.
    package let waits: Bool
    let handle: @Sendable (SDKCall) async throws -> SDKReply

    init(
        _ method: Method,
        _ path: String,
        _ need: Need,
        for audience: Audience = .anyone,
        worksWhilePaused: Bool = false,
        query: [String] = [],
        maxBodyBytes: Int = usualMaxBodyBytes,
        waits: Bool = false,
        handle: @escaping @Sendable (SDKCall) async throws -> SDKReply
    ) {
        self.method = method
        self.path = path
        self.need = need
        self.audience = audience
        self.worksWhilePaused = worksWhilePaused
        self.query = query
        self.maxBodyBytes = maxBodyBytes
        self.waits = waits
        self.handle = handle
    }

    /// Every request that there is; what has a name in place of a parameter stands before it.
    package static let all: [SDKRoute] =
        agents + agentKeys + keys + scopes + users + reports + calls + grants + approvals + connect
}
