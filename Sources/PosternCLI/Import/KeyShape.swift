internal import PosternCore

/// Tells by its first characters whose key a value is.
enum KeyShape {
    /// The longest of several that fit is meant.
    private static let prefixes: [(text: String, provider: String)] = [
        ("sk-ant-", "anthropic"), ("sk-proj-", "openai"), ("sk-svcacct-", "openai"), ("sk-admin-", "openai"),
        ("sk-or-v1-", "openrouter"), ("gsk_", "groq"), ("xai-", "xai"), ("pplx-", "perplexity"),
        ("AIza", "google-gemini"),
        ("hf_", "huggingface"), ("r8_", "replicate"), ("tvly-", "tavily"), ("fc-", "firecrawl"),
        ("ghp_", "github"), ("gho_", "github"), ("github_pat_", "github"), ("glpat-", "gitlab"),
        ("xoxb-", "slack"), ("xoxp-", "slack"), ("sk_live_", "stripe"), ("sk_test_", "stripe"), ("rk_live_", "stripe"),
        ("SG.", "sendgrid"), ("lin_api_", "linear"), ("ntn_", "notion"), ("npm_", "npm"), ("dop_v1_", "digitalocean"),
        ("figd_", "figma"), ("sntrys_", "sentry"), ("re_", "resend"), ("sbp_", "supabase-management"),
    ]
    /// What placeholders hold: as `ProviderCatalogue` writes it for most, for stripe, and for AWS.
    private static let placeholderMarks = ["postern-placeholder", "postern_placeholder", "POSTERNPLACEHOLD"]

    /// The provider, if the value begins as only its keys do.
    static func provider(of value: Secret) -> String? {
        value.withBytes { bytes in
            prefixes.filter { bytes.starts(with: $0.text.utf8) }.max { $0.text.count < $1.text.count }?.provider
        }
    }

    /// Whether the value is worth nothing: what an agent holds in place of a credential.
    static func isPlaceholder(_ value: Secret) -> Bool {
        value.withBytes { bytes in placeholderMarks.contains { contains(bytes, Array($0.utf8)) } }
    }

    private static func contains(_ bytes: UnsafeRawBufferPointer, _ part: [UInt8]) -> Bool {
        guard bytes.count >= part.count else { return false }
        return (0...bytes.count - part.count).contains { bytes[$0..<$0 + part.count].elementsEqual(part) }
    }
}
