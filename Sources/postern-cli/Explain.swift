import ArgumentParser
import PosternCLI
import PosternCommand
import PosternControl

struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say what would become of a request, and why, rule by rule.",
        discussion: """
            Nothing is sent and no use is counted. The exit status is 0 whatever the decision is; --json has it as \
            `decision`.
            """
    )

    @Argument(help: "Such as POST.")
    var method: String

    @Argument(help: "Such as https://api.anthropic.com/v1/messages.")
    var url: String

    @Option(help: "The agent's name or id.", completion: .agents)
    var agent: String

    @Option(help: ArgumentHelp("The body of the request; - is standard input.", valueName: "file"), completion: .file())
    var bodyFile: String?

    @OptionGroup var control: ControlOptions

    func run() throws {
        let body = try bodyFile.map { try BodyFile.read($0) }
        let session = control.session
        let request = ExplainRequest(agent: agent, method: method, url: url, body: body)
        let answer: ExplainAnswer = try session.call(.post, "/v1/explain", body: request, naming: [agent])
        Output.write(session.printsJSON ? try JSONText.of(answer) : ExplanationText.text(answer, session.palette))
    }
}
