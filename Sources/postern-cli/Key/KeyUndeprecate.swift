import ArgumentParser
import PosternCLI
import PosternControl

struct KeyUndeprecate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "undeprecate",
        abstract: "Take the mark of a deprecated key away."
    )

    @OptionGroup var arguments: KeyArguments
    @OptionGroup var control: ControlOptions

    func run() throws {
        let key = try arguments.act("undeprecate", in: control.session)
        try control.session.done(key, "key \(key.name) is \(key.status)")
    }
}
