import ArgumentParser

struct Grants: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grant",
        abstract: "Let agents use secrets, within terms, and end it.",
        discussion: """
            A grant binds a secret to an agent, a user, a group, or to the application itself. What it does not allow is \
            refused. Grants below a delegable one are only narrower, and end with it.
            """,
        subcommands: [GrantCreate.self, GrantList.self, GrantShow.self, GrantRevoke.self]
    )
}
