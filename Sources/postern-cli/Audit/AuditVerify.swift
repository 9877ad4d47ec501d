import ArgumentParser
import PosternAudit
import PosternCLI
import PosternCommand

struct AuditVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check that no record was changed, removed, added or moved.",
        discussion: """
            Reads all segments and checks numbers, hash chain and signatures, also while a daemon writes. A torn last \
            line, as a crash leaves, is a notice. The first bad record is named by file and line.

            Who can write the directory can also cut its end off or write it anew: give an anchor that the daemon put \
            into the journal, and a public key that was kept elsewhere.
            """
    )

    @OptionGroup var log: LogOptions

    @Option(
        help: ArgumentHelp(
            "A record's number and hash that the log must contain; may be repeated.",
            valueName: "seq:hash"
        )
    )
    var anchor: [AuditAnchor] = []

    @Option(help: ArgumentHelp("Believe the keys in this file, not those beside the log.", valueName: "file"))
    var publicKey: String?

    @Flag(help: "Accept that the first segments were removed.")
    var allowMissingStart = false

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() throws {
        var options = AuditVerifier.Options()
        options.anchors = anchor
        options.keys = try publicKey.map { try VerifyingKeys(path: $0) }
        options.allowsMissingStart = allowMissingStart
        let report = try AuditVerifier.verify(log.directory, options)
        let text = VerificationText(report)
        Output.write(json ? try VerificationJSON(report).text() : text.summary)
        if let failure = text.failure { throw failure }
    }
}

extension AuditAnchor: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}
