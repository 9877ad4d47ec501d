/// Everything a directory is compiled from, as declared; names are resolved and checked when it is compiled.
package struct DirectoryContents: Sendable {
    package var agents: [Agent]
    package var providers: [Provider]
    package var credentials: [Credential]
    package var grants: [Grant]
    package var egress: [EgressRule]

    package init(
        agents: [Agent] = [],
        providers: [Provider] = [],
        credentials: [Credential] = [],
        grants: [Grant] = [],
        egress: [EgressRule] = []
    ) {
        self.agents = agents
        self.providers = providers
        self.credentials = credentials
        self.grants = grants
        self.egress = egress
    }
}
