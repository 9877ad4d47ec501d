import ArgumentParser
import PosternAudit
import PosternCLI
import PosternCommand

struct AuditTailCommand: ParsableCommand {
    enum Decision: String, ExpressibleByArgument, CaseIterable { case allow, deny }

    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Show the newest records.",
        discussion: "Shows outcomes, denials and administrative records; --all adds intents and checkpoints."
    )

    @OptionGroup var log: LogOptions

    @Flag(name: .shortAndLong, help: "Go on with what is written from now on.")
    var follow = false

    @Option(name: [.customShort("n"), .long], help: "How many records (default: 20, or all with --since).")
    var lines: Int?

    @Option(help: "Only records of this agent.")
    var agent: String?

    @Option(help: "Only records about this provider.")
    var provider: String?

    @Option(help: "Only what was allowed, or what was denied.")
    var decision: Decision?

    @Option(help: ArgumentHelp("Only records since 30s, 10m, 2h or 7d ago, or an RFC 3339 time.", valueName: "time"))
    var since: String?

    @Flag(help: "Also intents and checkpoints.")
    var all = false

    @Flag(help: "Print the lines of the log as they are.")
    var json = false

    func validate() throws {
        if let lines, lines < 0 { throw ValidationError("-n needs a number that is not negative") }
        if let since, PointInTime.parse(since, now: 0) == nil {
            throw ValidationError("'\(since)' is neither a duration such as 10m nor an RFC 3339 time")
        }
    }

    func run() throws {
        var filter = AuditFilter()
        filter.agent = agent
        filter.provider = provider
        filter.decision = decision?.rawValue
        filter.since = since.flatMap { PointInTime.parse($0, now: Output.now()) }
        filter.showsAll = all || json
        var tail = AuditTail(log.directory, filter)
        var table = AuditTable()
        var entries = try tail.last(lines ?? (since == nil ? 20 : nil))
        table.fit(entries)
        if !json { Output.write(table.header() + "\n") }
        while true {
            Output.write(entries.map { (json ? $0.json : table.row($0)) + "\n" }.joined())
            guard follow else { break }
            Output.pause()
            entries = try tail.next()
        }
    }
}
