internal import FoundationEssentials

/// What a file held before an import, and what the import made of it.
package struct Backup: Codable, Hashable, Sendable {
    /// What was stored for one server.
    package struct Stored: Codable, Hashable, Sendable {
        package let server: String
        package let agent: String
        package let secrets: [String]
        /// A provider that was defined for it.
        package let provider: String?

        package init(server: String, agent: String, secrets: [String], provider: String?) {
            self.server = server
            self.agent = agent
            self.secrets = secrets
            self.provider = provider
        }
    }

    /// Names its files; later ones sort behind earlier ones.
    package let id: String
    /// Where the file is, links followed.
    package let path: String
    package let client: String
    package let attributes: WatchedFile.Attributes
    package let stored: [Stored]
    /// Whether the file was put back, so that this is kept for its own sake only.
    package internal(set) var isRestored = false

    private enum CodingKeys: String, CodingKey {
        case id, path, client, attributes, stored
        case isRestored = "restored"
    }

    package init(id: String, path: String, client: String, attributes: WatchedFile.Attributes, stored: [Stored]) {
        self.id = id
        self.path = path
        self.client = client
        self.attributes = attributes
        self.stored = stored
    }

    var json: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array((try? encoder.encode(self)) ?? Data()) + [0x0a]
    }

    init?(json: [UInt8]) {
        guard let backup = try? JSONDecoder().decode(Backup.self, from: Data(json)) else { return nil }
        self = backup
    }
}
