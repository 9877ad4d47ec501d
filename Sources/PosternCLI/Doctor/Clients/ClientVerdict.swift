internal import PosternCommand
package import PosternControl

/// What is known of one client on this machine.
package struct ClientVerdict: Encodable, Hashable, Sendable {
    /// How it stands.
    package enum Verdict: String, Encodable, Sendable {
        /// It works as it is.
        case proven
        /// It works with what `needs` says, which was tried.
        case needs
        /// It does not work.
        case cannot
    }

    package let client: String
    package let verdict: Verdict
    /// What it has to be given; `nil` if nothing, or if nothing helps.
    @Nullable package var needs: String?
    /// Why it does not work as it is; `nil` if it does.
    @Nullable package var reason: String?
    /// What to do; `nil` if nothing is to be done.
    @Nullable package var fix: String?

    static func proven(_ client: String) -> ClientVerdict {
        ClientVerdict(client: client, verdict: .proven, needs: nil, reason: nil, fix: nil)
    }

    static func needs(_ client: String, _ needs: String, since reason: String, fix: String) -> ClientVerdict {
        ClientVerdict(client: client, verdict: .needs, needs: needs, reason: reason, fix: fix)
    }

    static func cannot(_ client: String, since reason: String) -> ClientVerdict {
        ClientVerdict(
            client: client,
            verdict: .cannot,
            needs: nil,
            reason: reason,
            fix:
                "give it a base URL, http://127.0.0.1:3128/via/PROVIDER, and have it trust $SSL_CERT_FILE; docs/clients.md"
        )
    }

    /// The verdict in a few words, such as `proven with --transparent`.
    package var words: String {
        switch verdict {
        case .proven: "proven"
        case .needs: needs == "--transparent" ? "proven with --transparent" : "needs \(needs ?? "")"
        case .cannot: "cannot"
        }
    }

    /// One line for people.
    package func text(_ palette: Palette) -> String {
        let tone: Palette.Tone = verdict == .proven ? .good : verdict == .needs ? .attention : .bad
        let width = 28
        let name = Printable.text(client)
        let padding = String(repeating: " ", count: max(1, width - name.count))
        let detail = verdict == .cannot ? ": \(Printable.text(reason ?? ""))" : ""
        let advice = needs == "--transparent" ? "" : fix.map { "\n    fix: \(Printable.text($0))" } ?? ""
        return "\(name)\(padding)\(palette.paint(words, tone))\(detail)\(advice)\n"
    }
}

/// All of a run.
package struct ClientReport: Encodable, Hashable, Sendable {
    package let clients: [ClientVerdict]
    /// Those that this machine does not have.
    package let absent: [String]

    /// Whether every client works in one way or another.
    package var isSound: Bool { clients.allSatisfy { $0.verdict != .cannot } }
}
