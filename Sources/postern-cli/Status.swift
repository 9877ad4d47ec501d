import ArgumentParser
import PosternCLI
import PosternControl

struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show whether the daemon runs, and what it looks after.")

    @OptionGroup var control: ControlOptions

    func run() throws {
        let status: StatusAnswer = try control.session.call(.get, "/v1/status")
        try control.session.show(status, ServiceText.facts(status))
    }
}
