import ArgumentParser
import PosternCLI
import PosternCommand

struct MCPRestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put files back as they were before an import.",
        discussion: """
            Byte for byte, with mode and time. Without a file it lists what can be put back. Agents, secrets and grants stay \
            in the store: `postern agent revoke` and `postern secret revoke` end them. With --forget files stay as they are, and \
            what is kept of them, keys included, is deleted.
            """
    )

    @Argument(help: "Files that were imported.", completion: .file())
    var file: [String] = []

    @Flag(help: "All of them.")
    var all = false

    @Flag(help: "Also a file that was changed since.")
    var force = false

    @Flag(help: "Put nothing back, and delete what is kept, keys included.")
    var forget = false

    @OptionGroup var confirmation: ConfirmationOptions

    @Flag(help: "Print what was done as JSON.")
    var json = false

    func validate() throws {
        if all, !file.isEmpty { throw ValidationError("--all and files exclude each other") }
    }

    func run() throws {
        let work = try MCPRestore()
        guard all || !file.isEmpty else {
            if json { return Output.write(try JSONText.of(work.files)) }
            Output.write(work.files.map { Printable.text($0) + "\n" }.joined())
            return Output.writeError(
                work.files.isEmpty ? "postern: nothing is to be put back\n" : "postern: hint: name one, or --all\n"
            )
        }
        let files = all ? work.everything : file
        if forget {
            try confirmation.confirm("Delete what was kept, with the only copy of these keys?")
        }
        let results = try forget ? work.forget(files) : work.run(files, forced: force)
        if json { Output.write(try JSONText.of(results)) } else { Output.writeError(MCPRestore.text(results)) }
        if results.contains(where: \.hasFailed) { throw CommandFailure("not everything could be put back") }
        if !forget, !results.isEmpty, !json {
            Output.writeError("postern: hint: \(work.place) still holds what the files held: --forget deletes it\n")
        }
    }
}
