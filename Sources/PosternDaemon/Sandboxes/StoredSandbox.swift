internal import PosternProxy

/// The name under which the service manager keeps a socket of a sandbox over a restart, which says all there is to know.
struct StoredSandbox: Hashable {
    private static let prefix = "sandbox"

    let id: String
    let agent: String
    /// The agent's id in the store; `nil` for one of the configuration.
    let agentID: String?
    let userID: UInt32
    let processID: Int32
    /// 0 is the wrapper's connection; the listeners follow.
    let place: Int

    init(_ sandbox: Sandbox, place: Int) {
        id = sandbox.id
        agent = sandbox.agent
        agentID = sandbox.agentID
        userID = sandbox.userID
        processID = sandbox.processID
        self.place = place
    }

    /// Reads a name; `nil` for one of something else.
    init?(_ name: String) {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 7, parts[0] == StoredSandbox.prefix, let userID = UInt32(parts[4]),
            let processID = Int32(parts[5]), let place = Int(parts[6])
        else { return nil }
        id = parts[1]
        agent = parts[2]
        agentID = parts[3].isEmpty ? nil : parts[3]
        self.userID = userID
        self.processID = processID
        self.place = place
        // Spelt otherwise it is not one that was written here, and could not be let go of.
        guard !id.isEmpty, !agent.isEmpty, place >= 0, self.name == name else { return nil }
    }

    var name: String {
        "\(StoredSandbox.prefix)/\(id)/\(agent)/\(agentID ?? "")/\(userID)/\(processID)/\(place)"
    }
}
