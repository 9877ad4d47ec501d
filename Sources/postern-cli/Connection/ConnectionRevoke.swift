import ArgumentParser
import PosternCLI
import PosternControl

struct ConnectionRevoke: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "End a connection for ever: its tokens are forgotten, and all grants of it end."
    )

    @Argument(help: "The connection's id.")
    var id: String

    @OptionGroup var confirmation: ConfirmationOptions
    @OptionGroup var control: ControlOptions

    func run() throws {
        try confirmation.confirm("end connection \(id), and what agents may do with it?")
        let connection: ConnectionAnswer = try control.session.call(.post, "/v1/connections/\(id)/revoke")
        try control.session.done(connection, "\(connection.provider) of \(connection.user) is disconnected")
    }
}
