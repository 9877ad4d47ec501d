import ArgumentParser
import PosternCLI

extension CompletionKind {
    /// The names of agents that the daemon knows; none while it does not run.
    static var agents: CompletionKind { .custom { _, _, _ in KnownNames.agents } }

    /// The names of secrets that the daemon knows.
    static var secrets: CompletionKind { .custom { _, _, _ in KnownNames.secrets } }

    /// The names of providers, those of the catalogue too.
    static var providers: CompletionKind { .custom { _, _, _ in KnownNames.providers } }
}
