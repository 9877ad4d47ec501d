import ArgumentParser
import PosternCLI
import PosternControl

struct ConnectionShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a connected account, and who may use it."
    )

    @Argument(help: "The connection's id.")
    var id: String

    @OptionGroup var control: ControlOptions

    func run() throws {
        let connection: ConnectionAnswer = try control.session.call(.get, "/v1/connections/\(id)")
        try control.session.show(connection, ConnectionText.facts(connection))
    }
}
