import PosternConfig
import PosternCore
import Testing

@Suite("The directory's JSON")
struct DirectoryJSONTests {
    private func complaint(_ body: () throws -> Void) -> String {
        do {
            try body()
            return ""
        } catch let error as ConfigError { return error.problems.map(\.reason).joined(separator: "; ") } catch {
            return "\(error)"
        }
    }

    @Test("terms have every key of a grant")
    func readsTerms() throws {
        let terms = try DirectoryJSON.terms(
            #"""
            {"hosts":["api.example.com","*.example.com:8443"],"methods":["GET","POST"],"paths":["/v1/**"],"query_keys":["a"],
             "allow_encoded_slash":true,"max_body_bytes":10,"requests_per_minute":5,"concurrent_requests":2,"placeholder":true,
             "hours":["Mon-Fri 08:00-18:00 Europe/Berlin"],"max_inspected_bytes":2048,
             "body":[{"pointer":"/model","in":["a",1,true]},{"pointer":"/t","max":0.75,"optional":true}],
             "mcp_tools":["search",{"name":"read","arguments":[{"pointer":"/p","matches":"\\w+"}]}],"mcp_methods":["prompts/*"]}
            """#
        )
        #expect(terms.hosts?.map(\.text) == ["api.example.com", "*.example.com"])
        #expect(terms.constraints.methods == [.get, .post] && terms.constraints.paths?.map(\.text) == ["/v1/**"])
        #expect(terms.constraints.queryKeys == ["a"] && terms.constraints.allowsEncodedSlash)
        #expect(
            terms.constraints.maxBodyBytes == 10 && terms.limits == Limits(requestsPerMinute: 5, concurrentRequests: 2)
        )
        #expect(terms.constraints.hours?.count == 1 && terms.constraints.body?.conditions.count == 2)
        #expect(
            terms.constraints.mcp?.tools?.map(\.name) == ["search", "read"] && terms.constraints.inspectedBytes == 2048
        )
        #expect(terms.givesPlaceholder && !terms.allowsWebSocket)
        #expect(try DirectoryJSON.terms(#"{"websocket":true}"#).allowsWebSocket)
    }

    @Test("empty terms constrain nothing, and empty lists allow nothing")
    func readsEmptyTerms() throws {
        let none = try DirectoryJSON.terms(" {} ")
        #expect(
            none.hosts == nil && none.constraints.methods == nil && none.constraints.mcp == nil
                && none.limits == Limits()
        )
        let lists = try DirectoryJSON.terms(#"{"methods":[],"paths":[],"query_keys":[],"hours":[],"mcp_tools":[]}"#)
            .constraints
        #expect(lists.methods == [] && lists.paths == [] && lists.queryKeys == [] && lists.hours == [])
        #expect(lists.mcp?.tools == [])
    }

    @Test(
        "terms that are refused",
        arguments: [
            ("", "not JSON: it ends too early"), ("[]", "not a JSON object"),
            ("{}x", "not JSON: something follows the value"),
            (#"{"methods":["GET"],"methods":["POST"]}"#, "`methods` is there twice"),
            (#"{"body":[{"pointer":"/a","pointer":"/b"}]}"#, "`pointer` is there twice"),
            (#"{"metods":["GET"]}"#, "unknown key `metods` in the terms"),
            (#"{"expires":1}"#, "unknown key `expires` in the terms"),
            (#"{"agent":"bot"}"#, "unknown key `agent` in the terms"),
            (#"{"providers":["a"]}"#, "unknown key `providers` in the terms"),
            (#"{"methods":"GET"}"#, "`methods` in the terms must be an array of strings, found a string"),
            (#"{"methods":null}"#, "`methods` in the terms must be an array of strings, found null"),
            (#"{"methods":["FETCH"]}"#, "`methods` in the terms: `FETCH` is not a method"),
            (#"{"hosts":["*.com"]}"#, "`hosts` in the terms: `*.com` is not a host"),
            (#"{"hosts":[]}"#, "`hosts` in the terms is empty, so it matches nothing"),
            (
                #"{"max_body_bytes":1.5}"#,
                "`max_body_bytes` in the terms must be an integer, found a floating-point number"
            ),
            (
                #"{"max_body_bytes":1e3}"#,
                "`max_body_bytes` in the terms must be an integer, found a floating-point number"
            ),
            (#"{"requests_per_minute":0}"#, "`requests_per_minute` in the terms must be from 1 to 10000000, found 0"),
            (#"{"requests_per_minute":99999999999999999999}"#, "must be an integer, found a floating-point number"),
            (#"{"hours":["08:00-09:00 Mars/Phobos"]}"#, "`hours` in the terms: there is no time zone `Mars/Phobos`"),
            (
                #"{"body":[{"pointer":"/a","equals":null}]}"#,
                "`equals` in `body` must be a text, a number, true or false, found null"
            ),
            (#"{"websocket":true,"mcp_tools":[]}"#, "`websocket` in the terms stands beside rules about bodies"),
            (#"{"placeholder":1,"paths":["x"]}"#, "`placeholder` in the terms must be true or false, found an integer"),
        ]
    )
    func refusesTerms(json: String, reason: String) {
        let text = complaint { _ = try DirectoryJSON.terms(json) }
        #expect(text.contains(reason), "\(text)")
    }

    @Test("every problem is reported, without a line")
    func reportsAll() {
        #expect(throws: ConfigError.self) { try DirectoryJSON.terms(#"{"a":1,"methods":1}"#) }
        do {
            _ = try DirectoryJSON.terms(#"{"metods":1,"paths":1}"#)
        } catch {
            #expect(error.problems.count == 2 && error.line == nil && error.file == "terms")
            #expect(error.problems.contains { $0.hint == "did you mean `methods`?" })
        }
    }

    @Test("a policy has constraints and providers")
    func readsPolicies() throws {
        let policy = try DirectoryJSON.policy(#"{"methods":["GET"],"providers":["openai"],"hours":["08:00-09:00"]}"#)
        #expect(
            policy.constraints.methods == [.get] && policy.providers == ["openai"]
                && policy.constraints.hours?.count == 1
        )
        #expect(try DirectoryJSON.policy("{}").providers == nil)
        #expect(try DirectoryJSON.policy(#"{"providers":[]}"#).providers == [])
        let text = complaint { _ = try DirectoryJSON.policy(#"{"hosts":["a.test"],"websocket":true}"#) }
        #expect(
            text.contains("unknown key `hosts` in the policy") && text.contains("unknown key `websocket` in the policy")
        )
    }

    @Test("a provider has the keys of the file, or is one of the catalogue")
    func readsProviders() throws {
        let own = try DirectoryJSON.provider(
            named: "billing",
            #"{"hosts":["billing.test:8443"],"inject":[{"header":"X-Key","value":"{secret}"}],"allow_private":true}"#
        )
        #expect(
            own.name == "billing" && own.hosts.map(\.text) == ["billing.test"] && own.network.allowsPrivateAddresses
        )
        let known = try DirectoryJSON.provider(named: "openai", "{}")
        let builtIn = try #require(DirectoryJSON.catalogueProvider(named: "openai"))
        #expect(
            known.hosts == builtIn.hosts && known.injection == builtIn.injection
                && known.tokenPaths == builtIn.tokenPaths
        )
        let tenant = try DirectoryJSON.provider(named: "zendesk", #"{"tenant_hosts":["acme.zendesk.com"]}"#)
        #expect(tenant.hosts.contains { $0.text == "acme.zendesk.com" })
        #expect(DirectoryJSON.catalogueProvider(named: "zendesk") == nil)
        #expect(DirectoryJSON.catalogueProvider(named: "nobody") == nil)
    }

    @Test(
        "providers that are refused",
        arguments: [
            ("billing", "{}", "it needs"), ("openai", #"{"name":"openai"}"#, "unknown key `name` in the provider"),
            ("a/b", "{}", "a name has 1 to 64"), ("", "{}", "a name has 1 to 64"), ("zendesk", "{}", "must name yours"),
            ("zendesk", #"{"tenant_hosts":["evil.test"]}"#, "is not under"),
            ("billing", #"{"hosts":["b.test"],"inject":[]}"#, "`inject` in the provider is empty"),
            ("billing", #"{"hosts":["b.test"],"inject":[{"header":"Host","value":"{secret}"}]}"#, "cannot be set"),
            ("billing", #"{"hosts":["b.test"],"inject":[{"header":"X-Key","value":"sk-0123"}]}"#, "has no variable"),
        ]
    )
    func refusesProviders(name: String, json: String, reason: String) {
        let text = complaint { _ = try DirectoryJSON.provider(named: name, json) }
        #expect(text.contains(reason), "\(text)")
    }

    @Test(
        "values fit their provider",
        arguments: [
            (["secret": "sk-0123456789"], [:], ""), ([:], [:], "the secret has no value"),
            (["secret": "short"], [:], "value `secret`: the secret is shorter than 8 bytes"),
            (["secret": "two\r\nlines-0123"], [:], "value `secret`: the secret has more than one line"),
            (["secret": "sk-0123456789\n"], [:], "value `secret`: the secret has more than one line"),
            (["token": "sk-0123456789"], [:], "the secret does not supply `secret`"),
            (
                ["secret": "sk-0123456789", "x": "sk-0123456789"], [:],
                "supplies `x`, which provider `openai` does not use"
            ),
            (["secret": "sk-0123456789"], ["secret": "x"], "names `secret`, which is a secret already"),
            ([:], ["secret": "sk-0123456789"], "holds `secret`, which is a secret"),
            (["secret": "sk-0123456789"], ["a": "\u{1}"], "`inputs` in the secret: `a` must be visible ASCII text"),
        ] as [([String: String], [String: String], String)]
    )
    func checksValues(values: [String: String], inputs: [String: String], reason: String) throws {
        let provider = try #require(DirectoryJSON.catalogueProvider(named: "openai"))
        let text = complaint {
            try DirectoryJSON.check(
                values: values.mapValues { Secret(Array($0.utf8)) },
                inputs: inputs,
                for: provider
            )
        }
        #expect(reason.isEmpty ? text.isEmpty : text.contains(reason), "\(text)")
        #expect(!text.contains("0123"))
    }

    @Test("a catalogue provider's own secret variables are no inputs")
    func knowsSecretVariables() throws {
        let datadog = try DirectoryJSON.provider(named: "datadog", "{}")
        var names: Set<String> = []
        for case .header(_, let value) in datadog.injection { names.formUnion(value.variables) }
        let values = Dictionary(uniqueKeysWithValues: names.map { ($0, Secret(Array("0123456789".utf8))) })
        try DirectoryJSON.check(values: values, inputs: [:], for: datadog)
        let moved = try #require(names.sorted().first)
        let text = complaint {
            try DirectoryJSON.check(
                values: values.filter { $0.key != moved },
                inputs: [moved: "0123456789"],
                for: datadog
            )
        }
        #expect(text.contains("holds `\(moved)`, which is a secret"))
    }

    @Test("hours of many grants are read quickly")
    func readsManyTerms() throws {
        let clock = ContinuousClock()
        let elapsed = try clock.measure {
            for _ in 0..<2_000 { _ = try DirectoryJSON.terms(#"{"hours":["Mon-Fri 08:00-18:00 Europe/Berlin"]}"#) }
        }
        #expect(elapsed < .seconds(5))
    }
}
