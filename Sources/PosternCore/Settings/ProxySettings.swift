/// How the daemon runs, apart from who may do what.
package struct ProxySettings: Hashable, Sendable {
    package var listeners: [ListenerSettings] = []
    /// Where the audit log and its signing key are kept.
    package var stateDirectory: String = ""
    /// The number of event loops; 0 is one for each core.
    package var eventLoops: Int = 0
    /// The most client connections at once; further ones are answered 503 and closed.
    package var maxConnections: Int = 16_384
    package var timeouts = Timeouts()
    package var requestLimits = RequestLimits()
    package var audit = AuditSettings()
    /// What opens the store; `nil` is a file of Postern's own in the state directory.
    package var masterKey: MasterKeySource?
    /// The control socket; `nil` is `control.sock` in the state directory.
    package var controlSocket: String?
    package var portal: PortalSettings?
    package var userTokens: UserTokenSettings?
    package var api = APISettings()
    package var approvals = ApprovalSettings()
    package var run = RunSettings()

    package init() {}
}

/// Where the master key of the store comes from.
package enum MasterKeySource: Hashable, Sendable {
    /// A reference such as `credential:NAME`, to 64 hexadecimal digits.
    case key(reference: String)
    /// A reference to a passphrase.
    case passphrase(reference: String)
    /// Whoever starts the daemon is asked for the passphrase, on the terminal.
    case prompt
}

/// The deadline of each wait.
///
/// No wait is without one.
package struct Timeouts: Hashable, Sendable {
    /// From the first byte of a request head, or from connecting, to the end of the head.
    package var requestHead: Duration = .seconds(15)
    /// Between two requests on a connection.
    package var clientIdle: Duration = .seconds(75)
    /// Between two pieces of a request body, and for a client that does not read its answer.
    package var clientStall: Duration = .seconds(60)
    /// Resolving, connecting and TLS together.
    package var connect: Duration = .seconds(10)
    /// From the last byte of the request to the first byte of the answer.
    package var firstByte: Duration = .seconds(300)
    /// Between two pieces of an answer.
    package var upstreamIdle: Duration = .seconds(300)
    /// Without a byte in either direction, for tunnels and WebSockets.
    package var tunnelIdle: Duration = .seconds(600)
    /// The whole exchange; zero is no limit.
    package var total: Duration = .zero
    /// How long an unused upstream connection is kept.
    package var pooledConnection: Duration = .seconds(60)
    /// How long running exchanges may go on after a request to stop.
    package var drain: Duration = .seconds(20)
    /// How long a request waits for its audit record to be written.
    package var audit: Duration = .seconds(5)

    package init() {}
}

/// What a request may measure.
package struct RequestLimits: Hashable, Sendable {
    package var maxHeadBytes = 65_536
    package var maxFieldBytes = 16_384
    package var maxFields = 100
    /// Idle upstream connections kept for one credential and destination, on each event loop.
    package var maxPooledConnections = 64
    /// Upstream connections at once for one credential and destination, on each event loop.
    package var maxUpstreamConnections = 1024

    package init() {}
}

/// How the audit log is written.
package struct AuditSettings: Hashable, Sendable {
    /// What a record survives once it is acknowledged.
    package enum Durability: String, Hashable, Sendable {
        /// A crash of the daemon: the record is in the kernel's page cache.
        case write
        /// A power loss: the record is on the disk.
        case fsync
    }

    package var durability = Durability.write
    /// A segment is closed with a checkpoint when it reaches this size.
    package var segmentBytes = 64 * 1024 * 1024
    /// A checkpoint is signed at least this often while records arrive.
    package var checkpointInterval: Duration = .seconds(60)

    package init() {}
}
