import ArgumentParser

struct Config: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the configuration file, and put it in force.",
        subcommands: [ConfigCheck.self, ConfigReload.self]
    )
}
