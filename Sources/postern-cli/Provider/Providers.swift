import ArgumentParser

struct Providers: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "provider",
        abstract: "Show and define where credentials go.",
        discussion: """
            A provider says to which hosts a credential may go, and where in a request it is written. A hundred are built \
            in.
            """,
        subcommands: [ProviderList.self, ProviderShow.self, ProviderDefine.self, ProviderRemove.self]
    )
}
