import PosternCLI
import PosternConfig
import PosternCore
import Testing

@Suite("A variable that is imported")
struct ImportTests {
    private static func target(_ variable: String, _ value: String) -> ImportTarget {
        ImportTarget(variable: variable, value: Secret(Array(value.utf8)))
    }

    @Test(
        "goes to the provider of its name, or of its shape",
        arguments: [
            ("ANTHROPIC_API_KEY", "x", "anthropic"), ("GITHUB_TOKEN", "x", "github"), ("GH_TOKEN", "x", "github"),
            ("GITLAB_TOKEN", "x", "gitlab"), ("OPENAI_API_KEY", "x", "openai"),
            ("GOOGLE_API_KEY", "x", "google-gemini"), ("GOOGLE_API_KEY", "AIzax", "google-gemini"),
            // Keys of all of Google begin alike, so there the name counts.
            ("GOOGLE_MAPS_API_KEY", "AIzax", "google-maps"), ("MY_KEY", "AIzax", "google-gemini"),
            ("HF_TOKEN", "hf_x", "huggingface"), ("MY_KEY", "sk-ant-x", "anthropic"),
            ("MY_KEY", "github_pat_x", "github"),
            // What the value says is believed before the name: the other provider must not see it.
            ("OPENAI_API_KEY", "sk-or-v1-x", "openrouter"), ("OPENAI_API_KEY", "sk-ant-x", "anthropic"),
        ]
    )
    func provider(variable: String, value: String, provider: String) {
        #expect(ImportTests.target(variable, value) == .provider(provider))
    }

    @Test(
        "is left if it cannot be used as it is",
        arguments: [
            ("PORT", "8080"), ("DATABASE_URL", "postgres://u:p@h/d"), ("ANTHROPIC_API_KEY", ""),
            ("ANTHROPIC_API_KEY", "sk-ant-postern-placeholder-0123"),
            ("STRIPE_API_KEY", "sk_test_postern_placeholder-0"),
            ("AWS_SECRET_ACCESS_KEY", "x"), ("ANTHROPIC_AUTH_TOKEN", "x"), ("DD_API_KEY", "x"),
            ("JIRA_API_TOKEN", "x"), ("", "x"), ("anthropic_api_key", "x"),
        ]
    )
    func isLeft(variable: String, value: String) {
        guard case .none(let reason) = ImportTests.target(variable, value) else {
            Issue.record("\(variable) would be stored")
            return
        }
        #expect(!reason.contains("  ") && !reason.contains("wants :"))
    }

    @Test("is judged for every name of the catalogue, and only for providers that take one value")
    func catalogue() {
        for entry in ProviderCatalogue.builtIn.entries.values {
            for variable in entry.env.secret {
                guard case .provider(let name) = ImportTests.target(variable, "x") else { continue }
                let method = ProviderCatalogue.builtIn.entries[name]?.auth.first { $0.inject != nil }
                #expect(method?.secrets ?? ["secret"] == ["secret"], "\(variable) to \(name)")
            }
        }
    }

    @Test("is one secret with another of the same value")
    func sameValues() throws {
        let text = Array("GH_TOKEN=a\nGITHUB_TOKEN=a\nGITHUB_PERSONAL_ACCESS_TOKEN=b\n".utf8)
        let plan = try text.withUnsafeBytes { ImportPlan(try DotEnvFile($0, path: ".env")) }
        #expect(plan.items.map(\.secret) == ["gh-token", "github-personal-access-token"])
        #expect(plan.items.map(\.variables) == [["GH_TOKEN", "GITHUB_TOKEN"], ["GITHUB_PERSONAL_ACCESS_TOKEN"]])
    }
}
