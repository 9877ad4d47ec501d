/// An act on the daemon itself.
package struct AdministrativeRecord: Sendable {
    /// What was done.
    package enum Action: Sendable {
        /// The daemon started with this configuration.
        case start(version: String, Counts)
        /// The daemon stops in order.
        case stop(reason: String)
        /// A new configuration took effect.
        case reload(Counts)
        /// A new configuration was refused and the old one stays.
        case reloadFailed(reason: String)
        /// An operator changed the directory, or was refused.
        case act(AdministrativeAct)
    }

    /// How much a configuration declares.
    package struct Counts: Hashable, Sendable {
        package var listeners = 0
        package var agents = 0
        package var providers = 0
        package var credentials = 0
        package var grants = 0
        package var egressRules = 0

        package init() {}
    }

    /// Nanoseconds since 1970.
    package var time: Int64
    package var action: Action
    /// The daemon's own process id.
    package var processID: Int32?

    package init(time: Int64, action: Action, processID: Int32? = nil) {
        self.time = time
        self.action = action
        self.processID = processID
    }

    /// Writes the members of the record.
    package func encode(into encoder: inout JSONObjectEncoder) {
        encoder.member("@timestamp", timestamp: time)
        switch action {
        case .start(let version, let counts):
            encoder.member("event.action", constant: "start")
            encoder.member("event.outcome", constant: "success")
            encoder.member("service.version", version)
            encode(counts, into: &encoder)
        case .stop(let reason):
            encoder.member("event.action", constant: "stop")
            encoder.member("event.outcome", constant: "success")
            encoder.member("event.reason", reason)
        case .reload(let counts):
            encoder.member("event.action", constant: "reload")
            encoder.member("event.outcome", constant: "success")
            encode(counts, into: &encoder)
        case .reloadFailed(let reason):
            encoder.member("event.action", constant: "reload_failed")
            encoder.member("event.outcome", constant: "failure")
            encoder.member("event.reason", reason)
        case .act(let act): act.encode(into: &encoder)
        }
        encoder.member("process.pid", processID.map(Int.init))
    }

    private func encode(_ counts: Counts, into encoder: inout JSONObjectEncoder) {
        encoder.member("postern.listeners", counts.listeners)
        encoder.member("postern.agents", counts.agents)
        encoder.member("postern.providers", counts.providers)
        encoder.member("postern.credentials", counts.credentials)
        encoder.member("postern.grants", counts.grants)
        encoder.member("postern.egress_rules", counts.egressRules)
    }
}
