import ArgumentParser
import PosternCLI
import PosternControl

struct KeyDeprecate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deprecate",
        abstract: "Mark a key as one to be replaced; it still works."
    )

    @OptionGroup var arguments: KeyArguments
    @OptionGroup var control: ControlOptions

    func run() throws {
        let key = try arguments.act("deprecate", in: control.session)
        try control.session.done(key, "key \(key.name) is deprecated; it works until it is revoked")
    }
}
