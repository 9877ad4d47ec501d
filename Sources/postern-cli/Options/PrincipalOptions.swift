import ArgumentParser

/// Who may use a secret.
struct PrincipalOptions: ParsableArguments {
    @Option(help: "An agent's name or id.", completion: .agents)
    var agent: String?

    @Option(help: ArgumentHelp("A user's subject or id.", valueName: "subject"))
    var user: String?

    @Option(help: "A group of users.")
    var group: String?

    @Flag(help: "The application itself.")
    var system = false

    func validate() throws {
        let given = [agent, user, group].compactMap { $0 }.count + (system ? 1 : 0)
        if given != 1 { throw ValidationError("one of --agent, --user, --group and --system is needed") }
    }
}
