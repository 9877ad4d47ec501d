import ArgumentParser
import PosternCLI
import PosternControl

struct GrantCreate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Let an agent use a secret.",
        discussion: """
            Without options that narrow it, everything on the secret's hosts is allowed. The grant's id goes to standard \
            output.
            """
    )

    @OptionGroup var principal: PrincipalOptions

    @Option(help: "The secret's name or id.", completion: .secrets)
    var secret: String

    @OptionGroup var terms: GrantTermsOptions

    @Option(help: ArgumentHelp("How often it may be used in all.", valueName: "n"))
    var maxUses: Int?

    @Option(help: ArgumentHelp("How long it lasts, such as 30d; by default without an end.", valueName: "time"))
    var ttl: Span?

    @Option(help: ArgumentHelp("When it ends, as an RFC 3339 time.", valueName: "time"))
    var expires: String?

    @Option(help: ArgumentHelp("The grant above it.", valueName: "id"))
    var parent: String?

    @Flag(help: "Grants may be made below it.")
    var delegable = false

    @Option(help: ArgumentHelp("A note of your own.", valueName: "text"))
    var label: String?

    @OptionGroup var control: ControlOptions

    func validate() throws {
        if ttl != nil, expires != nil { throw ValidationError("--ttl and --expires exclude each other") }
    }

    func run() throws {
        var request = GrantCreateRequest(secret: secret)
        request.agent = principal.agent
        request.user = principal.user
        request.group = principal.group
        request.system = principal.system ? true : nil
        request.terms = try terms.document()
        request.maxUses = maxUses
        request.lifetimeSeconds = ttl?.seconds
        request.expiresAt = expires
        request.parent = parent
        request.delegable = delegable ? true : nil
        request.label = label
        let session = control.session
        let names = [principal.agent, principal.user, secret].compactMap { $0 }
        let grant: GrantAnswer = try session.call(.post, "/v1/grants", body: request, naming: names)
        try session.done(
            grant,
            "\(GrantText.principal(grant)) may use \(grant.secret)",
            data: grant.id,
            hint: terms.placeholder ? "`postern placeholder list` shows what it holds in place of it" : nil
        )
    }
}
