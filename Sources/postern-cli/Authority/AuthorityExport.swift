import ArgumentParser
import PosternCLI
import PosternCertificates

struct AuthorityExport: ParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable { case pem, der }

    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the certificate.",
        discussion: """
            For programs that add what they are given to what they trust, such as Node.js (NODE_EXTRA_CA_CERTS); most \
            replace it, and want `postern ca bundle`.
            """
    )

    @OptionGroup var authority: AuthorityOptions

    @Option(help: "Text or binary.")
    var format: Format = .pem

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The file to write, by default standard output.", valueName: "file")
    )
    var output: String?

    func run() throws {
        let certificate = try authority.validCertificate()
        switch format {
        case .pem: try OutputFile.write(Array(certificate.pem.utf8), to: output, isText: true)
        case .der: try OutputFile.write(certificate.der, to: output, isText: false)
        }
    }
}
