import ArgumentParser
import PosternCLI
import PosternControl

struct ProviderRemove: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove the definition of a provider."
    )

    @Argument(help: "Its name.", completion: .providers)
    var name: String

    @OptionGroup var confirmation: ConfirmationOptions
    @OptionGroup var control: ControlOptions

    func run() throws {
        try confirmation.confirm("remove the definition of provider \(name)?")
        let answer: RemovalAnswer = try control.session.call(.delete, "/v1/providers/\(name)", naming: [name])
        try control.session.done(answer, "the definition of \(name) is removed")
    }
}
