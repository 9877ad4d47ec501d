internal import PosternCore

/// What is to be done with one file.
package struct FilePlan: Sendable {
    /// What takes the place of secrets of a server.
    package struct Substitutes: Sendable {
        package let agent: String
        /// In the order of the secrets; `nil` leaves one as it is.
        package let texts: [String?]
        /// What the URL of a remote server begins with, without a slash at its end.
        package let baseURL: String?

        package init(agent: String, texts: [String?], baseURL: String? = nil) {
            self.agent = agent
            self.texts = texts
            self.baseURL = baseURL
        }
    }

    package let document: EditableDocument
    package var servers: [ServerPlan]

    /// Reads a file's bytes and searches its servers.
    package init(_ bytes: [UInt8], of file: ClientFile, judge: ValueJudge) throws(DocumentFault) {
        guard let syntax = file.syntax else { throw DocumentFault(file.client.manualSteps ?? "YAML is not edited") }
        document = try EditableDocument(bytes, syntax: syntax)
        servers = try ServerFinder.servers(in: document, of: file.client).map { ServerPlan($0, judge: judge) }
    }

    /// The changes to the entry of a server whose secrets are stored.
    ///
    /// `isHeldBack` says whether `postern run` would take a variable, by name and value, for a secret of the caller's, and
    /// not pass it on; placeholders, as the substitutes are, it passes on.
    package func edits(
        _ server: ServerPlan,
        _ substitutes: Substitutes,
        isHeldBack: (String, String) -> Bool
    ) -> [DocumentEdit] {
        var edits: [DocumentEdit] = []
        var texts: [[PathStep]: [UInt8]] = [:]
        // From the back, so that the places before stay where they are.
        let pairs = zip(server.secrets, substitutes.texts).sorted { $0.0.range.lowerBound > $1.0.range.lowerBound }
        for (secret, text) in pairs {
            guard let text, let old = (try? document.root.value(at: secret.path))?.text else { continue }
            if server.isRemote, secret.isBasic {
                // A key alone is no Basic credential.
                texts[secret.path] = Array("Bearer \(text)".utf8)
                continue
            }
            texts[secret.path, default: Array(old.utf8)].replaceSubrange(secret.range, with: Array(text.utf8))
        }
        if case .remote(let remote) = server.entry.kind, let base = substitutes.baseURL,
            let address = HTTPAddress(remote.url.text)
        {
            let url = texts[remote.url.path] ?? Array(remote.url.text.utf8)
            texts[remote.url.path] = Array(base.utf8) + url.dropFirst(address.pathStart)
        }
        edits += texts.sorted { "\($0.key)" < "\($1.key)" }.map {
            .text(at: $0.key, String(decoding: $0.value, as: UTF8.self))
        }
        if case .program(let program) = server.entry.kind {
            let variables = program.environment.filter { texts[$0.path] == nil && isHeldBack($0.name, $0.text) }
                .map(\.name)
            edits +=
                program.agent == nil
                ? program.wrapped(as: substitutes.agent, passing: variables) : program.passing(variables)
        }
        return edits
    }
}
