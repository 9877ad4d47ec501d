import ArgumentParser

struct Users: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "Look after the people on whose behalf agents act.",
        subcommands: [UserAdd.self, UserList.self, UserShow.self, UserUpdate.self, UserRemove.self]
    )
}
