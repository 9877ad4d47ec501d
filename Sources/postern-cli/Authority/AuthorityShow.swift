import ArgumentParser
import PosternCLI
import PosternCommand

struct AuthorityShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show the name, the fingerprint and the time of the certificate."
    )

    @OptionGroup var authority: AuthorityOptions

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() throws {
        let report = AuthorityReport(try authority.certificate(), now: Output.now())
        Output.write(json ? try report.json() : report.text)
    }
}
