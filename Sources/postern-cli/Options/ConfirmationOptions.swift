import ArgumentParser
import PosternCLI
import PosternCommand

/// Whether a person has to agree first.
struct ConfirmationOptions: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    /// Asks on a terminal; elsewhere `--yes` has to have been given.
    func confirm(_ question: String) throws {
        if yes { return }
        guard Terminal.isInteractive else {
            throw CommandFailure(usage: "there is nobody to ask: \(question)", hint: "add --yes")
        }
        guard Terminal.confirms(question) else { throw CommandFailure("nothing was done") }
    }
}
