internal import PosternCore

/// The header field in which a client sends what stands for a credential.
///
/// It is one into which the credential itself is written, so that no placeholder is left when a request goes on; all others
/// are filled in without the client.
struct PlaceholderCarrier: Hashable, Sendable {
    let header: String
    /// The value, with `{token}` where the placeholder goes.
    let format: String

    /// Chooses a field of a rule's provider; `nil` where it has none that clients would fill in.
    init?(_ rule: AccessRule) {
        guard let carrier = rule.credential?.provider.injection.lazy.compactMap(PlaceholderCarrier.init).first else {
            return nil
        }
        self = carrier
    }

    private init?(_ template: InjectionTemplate) {
        switch template {
        case .header(let name, let value): self.init(header: name, value)
        case .basic: self.init(header: "Authorization", format: "Basic {token}")
        case .query, .path: return nil
        }
    }

    private init?(header: String, _ value: Template) {
        var format = ""
        var hasToken = false
        for part in value.parts {
            switch part {
            case .literal(let text): format += text
            case .variable:
                // One is enough: the whole field is written anew.
                if !hasToken { format += "{token}" }
                hasToken = true
            }
        }
        guard hasToken, format.utf8.count <= 200, PlaceholderCarrier.mayFill(header) else { return nil }
        self.init(header: header, format: format)
    }

    private init(header: String, format: String) {
        self.header = header
        self.format = format
    }

    /// Whether clients fill in a field of this name.
    private static func mayFill(_ header: String) -> Bool {
        guard let first = header.utf8.first, header.utf8.count <= 60, !forbidden.contains(header.lowercased()) else {
            return false
        }
        func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte | 0x20) }
        return isLetter(first)
            && header.utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") }
    }

    private static let forbidden: Set = [
        "host", "content-length", "content-type", "transfer-encoding", "connection", "keep-alive", "upgrade",
        "proxy-authenticate", "proxy-authorization", "te", "trailer", "cookie", "set-cookie", "x-forwarded-for",
        "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "x-http-method-override", "x-method-override",
        "www-authenticate", "strict-transport-security", "content-security-policy",
    ]
}
