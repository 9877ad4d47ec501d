import PosternConfig
import PosternCore
import Testing

@Suite("The catalogue")
struct CatalogueTests {
    private static let entries = ProviderCatalogue.builtIn.entries.values.sorted { $0.name < $1.name }

    @Test("every provider is usable as it is, or says why not", arguments: entries.map(\.name))
    func usable(name: String) throws {
        let entry = try #require(ProviderCatalogue.builtIn.entries[name])
        #expect(!entry.hosts.isEmpty && entry.hosts.allSatisfy { HostPattern($0) != nil })
        #expect(entry.hosts.contains { $0.contains("*") } == (entry.wildcardHosts != nil))
        #expect(entry.auth.allSatisfy { ($0.inject == nil) != ($0.unsupported == nil) })
        let complaint = ConfigText.complaint(provider(name, ""))
        if entry.auth.allSatisfy({ $0.inject == nil }) {
            #expect(complaint.contains("which is not supported yet"))
        } else if entry.wildcardHosts == .pinTenant {
            #expect(complaint.contains("anybody can own a host"))
        } else {
            #expect(complaint.isEmpty)
        }
    }

    @Test("every supported method can be chosen and its credential is removed from what clients send")
    func methods() throws {
        let stripped = Set(ProviderCatalogue.builtIn.credentialHeaders)
        for entry in Self.entries {
            for method in entry.auth where method.inject != nil {
                let tenant =
                    entry.wildcardHosts == .pinTenant
                    ? "tenant_hosts = [\"\(entry.hosts.first { $0.contains("*") }?.replacing("*", with: "acme") ?? "")\"]\n"
                    : ""
                #expect(ConfigText.complaint(provider(entry.name, tenant + "auth = \"\(method.id)\"")) == "")
                for place in method.inject ?? [] where place.value?.contains("{secret}") ?? false {
                    if let header = place.header {
                        #expect(stripped.contains(header.lowercased()), "\(entry.name) \(header)")
                    }
                }
            }
        }
    }

    @Test("it has the usual names, and the lists of places where credentials are found")
    func contents() {
        let catalogue = ProviderCatalogue.builtIn
        #expect(catalogue.entries.count == 118)
        #expect(catalogue.credentialHeaders.contains("authorization") && catalogue.credentialHeaders.contains("cookie"))
        #expect(catalogue.credentialHeaders.allSatisfy { $0 == $0.lowercased() })
        #expect(catalogue.credentialQueryParameters.contains("api_key"))
        #expect(
            catalogue.entries["telegram"]?.auth.first?.inject?.compactMap(\.path) == [
                "/bot{secret}/", "/file/bot{secret}/",
            ]
        )
        let openai = catalogue.entries["openai"]?.env.baseURL
        #expect(openai?.map(\.variable) == ["OPENAI_BASE_URL"] && openai?.map(\.path) == ["/v1"])
        for base in catalogue.entries.values.flatMap(\.env.baseURL) {
            #expect(base.path.isEmpty || base.path.hasPrefix("/"), "\(base.variable)")
            #expect(base.variable.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }, "\(base.variable)")
        }
        #expect(catalogue.entries["openai"]?.placeholder == "sk-postern-placeholder")
    }
}
