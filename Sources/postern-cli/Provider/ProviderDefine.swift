import ArgumentParser
import PosternCLI
import PosternControl

struct ProviderDefine: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "define",
        abstract: "Define a provider, or another definition of one."
    )

    @Argument(help: "Its name.")
    var name: String

    @Option(
        help: ArgumentHelp(
            "The keys of a [[provider]] but its name, as JSON or TOML; - is standard input.",
            valueName: "file"
        ),
        completion: .file()
    )
    var file: String

    @OptionGroup var control: ControlOptions

    func run() throws {
        let definition = try DefinitionFile.read(file)
        let provider: ProviderAnswer = try control.session.call(.put, "/v1/providers/\(name)", body: definition)
        try control.session.done(
            provider,
            "provider \(provider.name) is defined",
            hint: "`postern secret add NAME --provider \(provider.name)` stores a credential for it"
        )
    }
}
