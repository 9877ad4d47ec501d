internal import CLinux
internal import Glibc
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
    /// How many places there are: a part that was not kept is missed.
    let places: Int

    /// All of them, in order.
    static func all(of sandbox: Sandbox, listeners: Int) -> [StoredSandbox] {
        (0...listeners).map { StoredSandbox(sandbox, place: $0, of: listeners + 1) }
    }

    init(_ sandbox: Sandbox, place: Int, of places: Int) {
        id = sandbox.id
        agent = sandbox.agent
        agentID = sandbox.agentID
        userID = sandbox.userID
        processID = sandbox.processID
        self.place = place
        self.places = places
    }

    /// Reads a name; `nil` for one of something else.
    init?(_ name: String) {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 8, parts[0] == StoredSandbox.prefix, let userID = UInt32(parts[4]),
            let processID = Int32(parts[5]), let place = Int(parts[6]), let places = Int(parts[7])
        else { return nil }
        id = parts[1]
        agent = parts[2]
        agentID = parts[3].isEmpty ? nil : parts[3]
        self.userID = userID
        self.processID = processID
        self.place = place
        self.places = places
        // Spelt otherwise it is not one that was written here, and could not be let go of.
        guard !id.isEmpty, !agent.isEmpty, place >= 0, place < places, self.name == name else { return nil }
    }

    var name: String {
        "\(StoredSandbox.prefix)/\(id)/\(agent)/\(agentID ?? "")/\(userID)/\(processID)/\(place)/\(places)"
    }

    // MARK: What came back

    /// A socket that came back, with what its name says.
    typealias Part = (stored: StoredSandbox, descriptor: CInt)

    /// What was handed over of sandboxes, by sandbox; each part in its place.
    static func group(_ inherited: [String: CInt]) -> [[Part]] {
        var sandboxes: [String: [Part]] = [:]
        for (name, descriptor) in inherited {
            if let stored = StoredSandbox(name) { sandboxes[stored.id, default: []].append((stored, descriptor)) }
        }
        return sandboxes.values.map { parts in parts.sorted { $0.stored.place < $1.stored.place } }
    }

    /// Closes what is left of a sandbox, and has the service manager do so.
    static func discard(_ parts: [Part], _ manager: ServiceManager) {
        for (stored, descriptor) in parts {
            shutdown(descriptor, Int32(SHUT_RDWR))
            close(descriptor)
            manager.forget(stored.name)
        }
    }
}
