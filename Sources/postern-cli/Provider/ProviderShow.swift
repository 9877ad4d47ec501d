import ArgumentParser
import PosternCLI
import PosternControl

struct ProviderShow: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show a provider.")

    @Argument(help: "Its name.", completion: .providers)
    var name: String

    @OptionGroup var control: ControlOptions

    func run() throws {
        let provider: ProviderAnswer = try control.session.call(.get, "/v1/providers/\(name)", naming: [name])
        try control.session.show(provider, ProviderText.facts(provider))
    }
}
