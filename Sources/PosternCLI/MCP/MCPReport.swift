internal import PosternMCP

/// What an import found and did, for programs.
package struct MCPReport: Encodable {
    struct File: Encodable {
        let file: String
        let client: String
        /// `changed`, `unchanged`, `would change`, `failed` or `not understood`.
        var state: String
        /// Why it is as it is.
        var reason: String?
        /// The id of what it held before.
        var backup: String?
        var servers: [Server] = []
    }

    struct Server: Encodable {
        struct Secret: Encodable {
            /// What --provider calls it, behind the server's name.
            let name: String
            let place: String
            /// `stored`, `to be stored`, `asks` or `left`.
            var action: String
            var secret: String?
            var provider: String?
            var reason: String?
        }

        struct Left: Encodable {
            let place: String
            let reason: String
        }

        let server: String
        let group: String?
        let state: String
        var agent: String?
        var secrets: [Secret]
        let left: [Left]
        let notes: [String]
        /// Why it is left as a whole.
        var reason: String?
    }

    private enum CodingKeys: String, CodingKey { case files }

    var files: [File] = []
    /// Whether the files were named: then each has to be understood.
    var areNamed = false

    /// Whether no file was found.
    package var isEmpty: Bool { files.isEmpty }

    /// Whether something that should have been done was not.
    package var hasFailures: Bool {
        files.contains { $0.state == "failed" || areNamed && $0.state == "not understood" }
    }

    /// Whether anything was changed.
    package var hasChanges: Bool { files.contains { $0.state == "changed" } }

    /// Whether a secret waits for somebody to say whose it is.
    package var isAsking: Bool {
        files.contains { $0.servers.contains { $0.secrets.contains { $0.action == "asks" } } }
    }
}

extension MCPReport.Server {
    /// A server as it was found; `isForced` says that it is taken although there is a reason not to.
    init(_ plan: ServerPlan, isForced: Bool) {
        let isBlocked = plan.blocked != nil && !plan.canBeStored(forced: isForced)
        server = plan.entry.name
        group = plan.entry.group.isEmpty ? nil : plan.entry.group
        state = plan.state.rawValue
        agent = plan.agent
        secrets = plan.secrets.map { secret in
            var shown = Secret(name: secret.name, place: secret.place, action: "to be stored")
            switch secret.target {
            case .provider(let provider): shown.provider = provider
            case .host(let credential): shown.reason = "for \(credential.address.authority)"
            case .unknown(let reason): (shown.action, shown.reason) = ("asks", reason)
            }
            if isBlocked { shown.action = "left" }
            return shown
        }
        left = plan.left.map { Left(place: $0.place, reason: $0.reason) }
        notes = plan.notes
        reason = plan.blocked
    }
}
