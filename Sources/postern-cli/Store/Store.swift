import ArgumentParser

struct Store: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look after the sealed store of the directory.",
        subcommands: [StoreRekey.self, StoreCheck.self]
    )
}
