import ArgumentParser
import PosternCLI
import PosternControl

struct StoreRekey: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rekey",
        abstract: "Seal the store with another master key, while the daemon runs.",
        discussion: """
            By default posternd makes a new key in its state directory. Where the key comes from elsewhere, --source says \
            where the new one is, as `master_key` does in the configuration.
            """
    )

    @Option(help: ArgumentHelp("Where the new key is read from, such as credential:NAME.", valueName: "reference"))
    var source: String?

    @OptionGroup var confirmation: ConfirmationOptions
    @OptionGroup var control: ControlOptions

    func run() throws {
        try confirmation.confirm("seal the store with another master key? copies made before need the old one")
        let request = RekeyRequest(source: source)
        let answer: DoneAnswer = try control.session.call(.post, "/v1/store/rekey", body: request)
        try control.session.done(answer, answer.message)
    }
}
