internal import PosternAdmin
internal import PosternControl
internal import PosternCore

extension ControlRoute {
    static let providers: [ControlRoute] = [
        ControlRoute(.get, "/v1/providers", query: ControlPage.parameters + ["catalogue"]) { call in
            let page = try ControlPage(call.query)
            let stored = try await call.administration.providers().map { ProviderAnswer($0) }
            let names = Set(stored.map(\.name))
            let others = try await call.services.providers(call.flag("catalogue")).filter { !names.contains($0.name) }
            return .ok(page.answer(cutting: (stored + others).sorted { $0.name < $1.name }) { $0 })
        },
        ControlRoute(.get, "/v1/providers/{provider}") { call in
            let name = try call.parameter("provider")
            do throws(AdministrationError) {
                return .ok(ProviderAnswer(try await call.administration.provider(name)))
            } catch {
                guard case .notFound = error else { throw error }
                guard let other = try await call.services.providers(true).first(where: { $0.name == name }) else {
                    throw error
                }
                return .ok(other)
            }
        },
        ControlRoute(.put, "/v1/providers/{provider}") { call in
            // The whole body is the definition, and its reader knows the members.
            let provider = try await call.administration.defineProvider(
                call.parameter("provider"),
                definition: RequestMembers(body: call.body).json,
                by: call.operator
            )
            return .ok(ProviderAnswer(provider))
        },
        ControlRoute(.delete, "/v1/providers/{provider}") { call in
            let name = try call.parameter("provider")
            try await call.administration.removeProvider(name, by: call.operator)
            return .ok(RemovalAnswer(removed: [name]))
        },
    ]
}

extension ProviderAnswer {
    init(_ provider: StoredProvider) {
        self.init(
            name: provider.name,
            source: "store",
            definition: RawJSON(json: provider.definition),
            createdAt: Timestamp.text(provider.createdAt),
            updatedAt: Timestamp.text(provider.updatedAt)
        )
    }
}
