import ArgumentParser

struct Portal: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "portal",
        abstract: "Let people into the pages on which they decide.",
        subcommands: [PortalLogin.self]
    )
}
