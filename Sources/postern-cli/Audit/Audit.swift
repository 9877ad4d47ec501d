import ArgumentParser
import PosternAudit
import PosternCLI
import PosternCommand

struct Audit: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read and verify the audit log.",
        discussion: """
            Each request that Postern forwards leaves two records, an intent before the first byte goes out and an \
            outcome after, and each one it refuses leaves a denial. The files are JSON lines in STATE_DIR/audit.
            """,
        subcommands: [AuditVerify.self, AuditTailCommand.self, AuditShowCommand.self]
    )
}

struct LogOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The daemon's state directory.",
            discussion: "By default $XDG_STATE_HOME/postern or /var/lib/postern, whichever holds a log.",
            valueName: "dir"
        )
    )
    var stateDir: String?

    var directory: AuditDirectory {
        AuditDirectory(stateDirectory: stateDir ?? StateDirectory.choose(holding: "audit"))
    }
}
