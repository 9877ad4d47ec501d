internal import PosternCore

/// What of one server is stored, and what is left.
package struct ServerPlan: Sendable {
    /// How a server stands.
    package enum State: String, Sendable {
        /// It holds a secret in plain text.
        case open
        /// Postern runs it, or is called in its place.
        case run = "run by postern"
        case noSecret = "no secret"
        case notUnderstood = "not understood"
    }

    package let entry: ServerEntry
    package internal(set) var secrets: [FoundSecret] = []
    package private(set) var left: [LeftText] = []
    /// What there is to know about it, for people.
    package private(set) var notes: [String] = []
    /// The hosts from which its program fetches packages when it is started.
    package private(set) var packageHosts: [String] = []
    /// Why it is left as a whole, unless somebody insists.
    package private(set) var blocked: String?

    /// Searches an entry.
    package init(_ entry: ServerEntry, judge: ValueJudge) {
        self.entry = entry
        switch entry.kind {
        case .notUnderstood(let reason): blocked = reason
        case .program(let program):
            let scan = ProgramScan.run(program, judge: judge)
            (secrets, left) = (scan.secrets, scan.left)
            if program.isContainer, !secrets.isEmpty { block() }
            noteDownloads(program)
        case .remote(let remote):
            let (scan, reason) = RemoteScan.run(remote, judge: judge)
            (secrets, left) = (scan.secrets, scan.left)
            if !secrets.isEmpty { blocked = reason }
            canBeForced = remote.isEventStream && HTTPAddress(remote.url.text).map { !$0.hasUser } ?? false
        }
        if let file = entry.environmentFile {
            notes.append("its variables come from \(file), which is not read: `postern secret import` does")
        }
    }

    /// Whether what speaks against changing it is a doubt, which somebody may override.
    package private(set) var canBeForced = false

    /// The secrets that can be stored.
    package var storable: [FoundSecret] {
        secrets.filter { if case .unknown = $0.target { false } else { true } }
    }

    /// Those whose provider nobody has said.
    package var asking: [FoundSecret] {
        secrets.filter { if case .unknown = $0.target { true } else { false } }
    }

    /// Takes the providers that somebody has named; `nil` leaves a secret's as it is.
    package mutating func choose(_ provider: (FoundSecret) -> String?) {
        for index in secrets.indices {
            if let chosen = provider(secrets[index]) { secrets[index].target = .provider(chosen) }
        }
    }

    /// How it stands now.
    package var state: State {
        if case .notUnderstood = entry.kind { return .notUnderstood }
        if !secrets.isEmpty || left.contains(where: \.isSecret) { return .open }
        return isRun ? .run : .noSecret
    }

    /// Whether Postern stands in its place already.
    package var isRun: Bool {
        switch entry.kind {
        case .program(let program): program.agent != nil
        case .remote(let remote):
            HTTPAddress(remote.url.text).map { address in
                address.isLoopback && remote.url.text.utf8.dropFirst(address.pathStart).starts(with: "/via/".utf8)
            } ?? false
        case .notUnderstood: false
        }
    }

    /// Whether the client calls it over HTTP, so that Postern's address takes the place of its own.
    package var isRemote: Bool { if case .remote = entry.kind { true } else { false } }

    /// The agent as which it runs already.
    package var agent: String? {
        guard case .program(let program) = entry.kind, let agent = program.agent, !agent.isEmpty else { return nil }
        return agent
    }

    /// What `SERVER.NAME` on a command line calls a secret.
    package func label(_ secret: FoundSecret) -> String { "\(entry.name).\(secret.name)" }

    private mutating func block() {
        canBeForced = true
        blocked = "a container is a child of the container service, which `postern run` does not contain"
        notes.append(
            "give the container the socket of an agent in place of this, see docs/containers.md"
        )
    }

    private mutating func noteDownloads(_ program: ServerEntry.Program) {
        guard !secrets.isEmpty, let word = program.ownWords.first?.text.split(separator: "/").last else { return }
        switch word {
        case "npx", "bunx", "pnpx": packageHosts = ["registry.npmjs.org"]
        case "uvx", "pipx": packageHosts = ["pypi.org", "files.pythonhosted.org"]
        default: return
        }
        notes.append(
            "\(word) fetches from \(packageHosts.joined(separator: " and ")): an [[egress]] rule has to allow that, or install the server, and name its program"
        )
    }
}
