internal import PosternCommand
internal import PosternControl

/// Stores the secrets of a file of variables, and binds them to an agent.
package struct SecretImport {
    private let plan: ImportPlan
    private let session: ControlSession

    /// Reads the file and decides; nothing is sent yet.
    package init(path: String, session: ControlSession) throws {
        plan = ImportPlan(try DotEnvFile(path: path))
        self.session = session
    }

    /// What would be done.
    package func preview() -> ImportReport {
        var report = ImportReport()
        report.left = plan.left
        report.stored = plan.items.map(SecretImport.stored)
        return report
    }

    /// Stores what can be; what the daemon refuses is left with its words, and the rest goes on.
    package func run(agent: String?) throws -> ImportReport {
        // A mistyped name is to be found before anything is stored.
        if let agent { let _: AgentAnswer = try session.call(.get, "/v1/agents/\(agent)", naming: [agent]) }
        var report = ImportReport()
        report.left = plan.left
        for item in plan.items {
            var stored = SecretImport.stored(item)
            do { try store(item) } catch let failure as CommandFailure {
                report.fail(item.variables, "could not be stored: \(failure.message)")
                continue
            }
            do { stored.grant = try agent.map { try bind(item.secret, to: $0) } } catch let failure as CommandFailure {
                report.fail(item.variables, "is stored, but could not be granted: \(failure.message)")
            }
            report.stored.append(stored)
        }
        if let agent { try addPlaceholders(of: agent, to: &report) }
        return report
    }

    private static func stored(_ item: ImportPlan.Item) -> ImportReport.Stored {
        ImportReport.Stored(variables: item.variables, secret: item.secret, provider: item.provider)
    }

    private func store(_ item: ImportPlan.Item) throws {
        let values = ["secret": try SecretValues.text(of: item.value)]
        let request = SecretCreateRequest(name: item.secret, provider: item.provider, values: values)
        let _: SecretAnswer = try session.call(.post, "/v1/secrets", body: request)
    }

    private func bind(_ secret: String, to agent: String) throws -> String {
        var request = GrantCreateRequest(secret: secret)
        request.agent = agent
        request.terms = .object(["placeholder": .boolean(true)])
        let grant: GrantAnswer = try session.call(.post, "/v1/grants", body: request)
        return grant.id
    }

    private func addPlaceholders(of agent: String, to report: inout ImportReport) throws {
        let path = ControlPath(stringLiteral: "/v1/placeholders").with("agent", agent)
        let given: ListAnswer<PlaceholderAnswer> = try session.all(path)
        for index in report.stored.indices {
            report.stored[index].placeholder = given.items.first { $0.grant == report.stored[index].grant }?.placeholder
        }
    }
}
