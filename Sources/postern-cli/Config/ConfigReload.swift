import ArgumentParser
import PosternCLI
import PosternControl

struct ConfigReload: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract: "Put the configuration file in force, or nothing of it if it has a problem."
    )

    @OptionGroup var control: ControlOptions

    func run() throws {
        let answer: ReloadAnswer = try control.session.call(.post, "/v1/config/reload")
        try control.session.done(answer, answer.message)
        for warning in answer.warnings { control.session.say("warning: \(warning)") }
    }
}
