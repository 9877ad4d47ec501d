/// `GET /v1/status`.
package struct StatusAnswer: Codable, Hashable, Sendable {
    /// Where clients are served.
    package struct Listener: Codable, Hashable, Sendable {
        /// `127.0.0.1:3128` or the path of a socket.
        package let address: String
        /// Whose it is; `null` if keys tell.
        @Nullable package var agent: String?

        package init(address: String, agent: String?) {
            self.address = address
            self.agent = agent
        }
    }

    /// How many there are that are not revoked, in the configuration and in the store.
    package struct Counts: Codable, Hashable, Sendable {
        package let agents: Int
        package let secrets: Int
        package let grants: Int
        package let users: Int

        package init(agents: Int, secrets: Int, grants: Int, users: Int) {
            self.agents = agents
            self.secrets = secrets
            self.grants = grants
            self.users = users
        }
    }

    package let version: String
    package let processID: Int
    package let startedAt: String
    package let stateDirectory: String
    @Nullable package var configuration: String?
    package let listeners: [Listener]
    /// What the addresses of pages begin with; `null` if there are none.
    @Nullable package var portal: String?
    package let counts: Counts
    /// Whether the audit log takes records; while it does not, requests are refused.
    package let auditIsWritable: Bool

    enum CodingKeys: String, CodingKey {
        case version, configuration, listeners, portal, counts
        case processID = "pid"
        case startedAt = "started_at"
        case stateDirectory = "state_directory"
        case auditIsWritable = "audit_writable"
    }

    package init(
        version: String,
        processID: Int,
        startedAt: String,
        stateDirectory: String,
        configuration: String?,
        listeners: [Listener],
        portal: String?,
        counts: Counts,
        auditIsWritable: Bool
    ) {
        self.version = version
        self.processID = processID
        self.startedAt = startedAt
        self.stateDirectory = stateDirectory
        self.configuration = configuration
        self.listeners = listeners
        self.portal = portal
        self.counts = counts
        self.auditIsWritable = auditIsWritable
    }
}
