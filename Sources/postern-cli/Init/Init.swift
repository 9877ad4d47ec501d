import ArgumentParser
import Glibc
import PosternCLI
import PosternCommand

struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make all that a first start needs, and print three lines to paste.",
        discussion: """
            Makes the configuration file if there is none, the state directory with a master key, a store and a local \
            authority, and a first agent. Nothing that is there is overwritten. The first line starts the daemon, the \
            others are for the agent's shell.
            """
    )

    @Flag(help: "Postern runs as a service of this user; the default unless you are root.")
    var user = false

    @Option(help: "The name of the first agent.")
    var agent = "agent"

    @Flag(help: "Print what was made as JSON.")
    var json = false

    func run() throws {
        let made = try Initialisation(agent: agent, userMode: user || geteuid() != 0)
        if json { return Output.write(try JSONText.of(made)) }
        for line in made.words { Output.writeError("postern: \(line)\n") }
        Output.write(made.text)
        let next = "then `postern secret add NAME --provider PROVIDER` and `postern grant create`"
        Output.writeError("postern: hint: \(next)\n")
    }
}
