import ArgumentParser
import PosternCLI
import PosternCertificates
import PosternCommand

struct AuthorityBundle: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bundle",
        abstract: "Write the system's certificates and ours in one file.",
        discussion: """
            For programs that trust the file they are given and nothing else, which are most. The formats jks and p12 \
            are for Java: -Djavax.net.ssl.trustStore=FILE. Make the file anew when the system's certificates change.
            """
    )

    @OptionGroup var authority: AuthorityOptions

    @Option(help: "pem, jks (every Java) or p12 (Java 8u301 and newer).")
    var format: TrustBundle.Format = .pem

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The file to write, by default standard output.", valueName: "file")
    )
    var output: String?

    @Option(help: ArgumentHelp("Also the certificates in this PEM file; may be repeated.", valueName: "file"))
    var extra: [String] = []

    @Option(
        help: ArgumentHelp(
            "The password of a jks or p12 file.",
            discussion: """
                By default \(TrustBundle.defaultPassword), with which Java tries. It guards no secret: the file holds \
                public certificates.
                """
        )
    )
    var password: String?

    func validate() throws {
        if format == .pem, password != nil { throw ValidationError("the format pem has no password") }
        if password?.isEmpty == true { throw ValidationError("--password must not be empty") }
    }

    func run() throws {
        let certificate = try authority.validCertificate()
        let roots = try RootCertificates.system() + extra.flatMap { try RootCertificates.read($0) }
        let bytes = try TrustBundle(roots: roots, authority: certificate.der).bytes(
            format,
            password: password ?? TrustBundle.defaultPassword,
            now: Output.now()
        )
        try OutputFile.write(bytes, to: output, isText: format == .pem)
    }
}

extension TrustBundle.Format: ExpressibleByArgument {}
