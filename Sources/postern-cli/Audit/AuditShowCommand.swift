import ArgumentParser
import PosternAudit
import PosternCLI
import PosternCommand

struct AuditShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show all records of one request, or the record of one number."
    )

    @OptionGroup var log: LogOptions

    @Argument(help: "A request id, as in answers and in the last column of tail, or a sequence number.")
    var id: String

    @Flag(help: "Print the lines of the log as they are.")
    var json = false

    func run() throws {
        let found = try AuditShow.find(id, in: log.directory)
        guard !found.isEmpty else {
            throw CommandFailure("no record of \(id)", hint: "`postern audit tail` lists the newest ids")
        }
        Output.write(json ? found.map { $0.entry.json + "\n" }.joined() : AuditShow.text(found, id: id))
    }
}
