import ArgumentParser
import PosternCLI
import PosternCertificates
import PosternCommand

struct Authority: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ca",
        abstract: "Show and hand out the certificate of the local authority.",
        discussion: """
            To see requests inside TLS, Postern shows clients certificates that its own authority signed. posternd makes \
            it on its first start, in STATE_DIR/ca. Clients have to trust its certificate; nothing \
            installs it for the whole system. The key stays where it is: no command writes it anywhere.
            """,
        subcommands: [AuthorityShow.self, AuthorityExport.self, AuthorityBundle.self]
    )
}

struct AuthorityOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The daemon's state directory.",
            discussion: "By default $XDG_STATE_HOME/postern or /var/lib/postern, whichever holds an authority.",
            valueName: "dir"
        )
    )
    var stateDir: String?

    /// The certificate of the authority.
    func certificate() throws -> AuthorityCertificate {
        try AuthorityCertificate(
            reading: AuthorityDirectory(stateDirectory: stateDir ?? StateDirectory.choose(holding: "ca"))
        )
    }

    /// The certificate, if it is of use to somebody.
    func validCertificate() throws -> AuthorityCertificate {
        let certificate = try certificate()
        try certificate.checkTime(Output.now())
        return certificate
    }
}
