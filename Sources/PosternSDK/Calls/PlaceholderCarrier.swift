internal import PosternCore

/// The header field in which a client sends what stands for a credential.
///
/// It is the one into which the credential itself is written, or else Authorization, which goes wherever a credential is
/// written: so no placeholder is left when the request goes on. All other places are filled in without the client.
struct PlaceholderCarrier: Hashable, Sendable {
    let header: String
    /// The value, with `{token}` where the placeholder goes.
    let format: String

    private static let maxHeaderLength = 60
    private static let maxFormatLength = 200

    /// Chooses among a provider's places.
    init(_ places: [InjectionTemplate]) {
        for case .header(let name, let value) in places {
            guard let format = PlaceholderCarrier.format(value), PlaceholderCarrier.mayFill(name) else { continue }
            (header, self.format) = (name, format)
            return
        }
        (header, format) = ("Authorization", "Bearer {token}")
    }

    /// A template with the placeholder for its first variable; the whole field is written anew, so one is enough.
    private static func format(_ template: Template) -> String? {
        var format = ""
        var hasToken = false
        for part in template.parts {
            switch part {
            case .literal(let text): format += text
            case .variable:
                if !hasToken { format += "{token}" }
                hasToken = true
            }
        }
        return hasToken && format.utf8.count <= maxFormatLength ? format : nil
    }

    /// Whether clients fill in a field of this name.
    private static func mayFill(_ header: String) -> Bool {
        guard let first = header.utf8.first, isLetter(first), header.utf8.count <= maxHeaderLength else { return false }
        return !refused.contains(header.lowercased())
            && header.utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte | 0x20) }

    /// Those that clients refuse to fill in.
    private static let refused: Set = [
        "host", "content-length", "content-type", "transfer-encoding", "connection", "keep-alive", "upgrade",
        "proxy-authenticate", "proxy-authorization", "te", "trailer", "cookie", "set-cookie", "x-forwarded-for",
        "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "x-http-method-override", "x-method-override",
        "www-authenticate", "strict-transport-security", "content-security-policy",
    ]
}
