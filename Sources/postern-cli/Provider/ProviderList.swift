import ArgumentParser
import PosternCLI
import PosternControl

struct ProviderList: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List providers.")

    @Flag(help: "Also those that are built in.")
    var catalogue = false

    @OptionGroup var control: ControlOptions

    func run() throws {
        let path = ControlPath(stringLiteral: "/v1/providers").with("catalogue", catalogue ? true : nil)
        try control.session.show(
            control.session.all(path),
            ProviderText.table,
            ifEmpty: "none is defined; `postern provider list --catalogue` shows those that are built in"
        )
    }
}
