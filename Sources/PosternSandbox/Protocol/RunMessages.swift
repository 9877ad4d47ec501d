internal import FoundationEssentials

/// What a wrapper asks of the daemon on the run socket: one message of JSON.
package struct RunRequest: Codable, Hashable, Sendable {
    package enum Ask: String, Codable, Hashable, Sendable {
        /// What the agent's programs need to know. Answered with a ``RunDescription``.
        case describe
        /// Takes the listeners that come with the message: the proxy's, and where it is transparent those of http, https
        /// and names, in this order. Answered with ``RunAnswer/taken``; they are served for as long as the connection is open.
        case listen
        /// What a program shows that has no network of its own. Answered with a ``RunLoan``, which holds for as long as the
        /// connection is open.
        case token
    }

    /// The version of these messages.
    package static let currentVersion = 1
    /// The longest message, in bytes.
    package static let maxBytes = 65_536

    package let version: Int
    package let ask: Ask
    /// The agent's name or id.
    package let agent: String

    package init(_ ask: Ask, agent: String) {
        version = RunRequest.currentVersion
        self.ask = ask
        self.agent = agent
    }
}

/// What an agent's programs need to know.
package struct RunDescription: Codable, Hashable, Sendable {
    /// A placeholder and where programs look for it.
    package struct Placeholder: Codable, Hashable, Sendable {
        package let provider: String
        package let text: String
        /// The environment variables from which clients of the provider read it.
        package let variables: [String]

        package init(provider: String, text: String, variables: [String]) {
            self.provider = provider
            self.text = text
            self.variables = variables
        }
    }

    /// Where clients of a provider may be told to send requests, instead of through a proxy.
    package struct BaseURL: Codable, Hashable, Sendable {
        /// The environment variable that says so.
        package let variable: String
        /// The path on the daemon's own address.
        package let path: String

        package init(variable: String, path: String) {
            self.variable = variable
            self.path = path
        }
    }

    package let agent: String
    /// The certificate of the local authority, as PEM; `nil` where CONNECT is refused.
    package let authority: String?
    package let placeholders: [Placeholder]
    package let baseURLs: [BaseURL]
    /// Where the daemon keeps what no agent may see: its state, its sockets and its configuration.
    package let hidden: [String]

    package init(
        agent: String,
        authority: String?,
        placeholders: [Placeholder],
        baseURLs: [BaseURL],
        hidden: [String]
    ) {
        self.agent = agent
        self.authority = authority
        self.placeholders = placeholders
        self.baseURLs = baseURLs
        self.hidden = hidden
    }
}

/// What a program needs that goes to the daemon as any other does.
package struct RunLoan: Codable, Hashable, Sendable {
    package let agent: String
    /// Where the daemon listens, such as `127.0.0.1:3128`.
    package let address: String
    /// What stands for the agent's key.
    package let token: String

    package init(agent: String, address: String, token: String) {
        self.agent = agent
        self.address = address
        self.token = token
    }
}

/// What the daemon answers.
package enum RunAnswer {
    /// That listeners were taken; the wrapper's child, which allocates nothing, knows it by its beginning.
    package static let taken = Array(#"{"ok":true}"#.utf8)

    /// Why it does not do what was asked.
    package struct Refusal: Codable, Error, Hashable, Sendable, CustomStringConvertible {
        package let code: String
        package let message: String
        package let hint: String?

        package init(_ code: String, _ message: String, hint: String? = nil) {
            self.code = code
            self.message = message
            self.hint = hint
        }

        package var description: String { message }
    }

    /// An answer: a refusal is told from everything else by having a `code`.
    package static func encode(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(value)).map(Array.init) ?? []
    }

    /// - Throws: ``Refusal`` if it is one, or if it is nothing that was expected.
    package static func decode<Value: Decodable>(_ bytes: [UInt8], as _: Value.Type = Value.self) throws(Refusal)
        -> Value
    {
        let decoder = JSONDecoder()
        if let refusal = try? decoder.decode(Refusal.self, from: Data(bytes)) { throw refusal }
        do { return try decoder.decode(Value.self, from: Data(bytes)) } catch {
            throw Refusal("not_an_answer", "posternd gave an answer that this version does not understand")
        }
    }
}
