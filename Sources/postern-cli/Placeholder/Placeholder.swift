import ArgumentParser

struct Placeholder: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what agents hold in place of credentials.",
        discussion: """
            A grant with `placeholder = true` gives its agent a text that looks like a key and is worth nothing. In the \
            place of the credential it is replaced; a request that has it anywhere else is refused as a leak.
            """,
        subcommands: [PlaceholderListCommand.self, PlaceholderShowCommand.self]
    )
}
