/// An address outside Postern to which a page may send a browser.
struct SafeLink {
    let address: String
    /// The host and perhaps the port, to be shown.
    let host: String

    /// Takes an address of https, or of http on this machine; `nil` for anything else, such as `javascript:`.
    init?(_ text: String) {
        let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\\") }
        guard isPlain, let schemeEnd = text.firstRange(of: "://") else { return nil }
        let authority = text[schemeEnd.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.isEmpty, !authority.contains("@") else { return nil }
        switch text[..<schemeEnd.lowerBound].lowercased() {
        case "https": break
        case "http": guard SafeLink.isLoopback(authority) else { return nil }
        default: return nil
        }
        address = text
        host = String(authority)
    }

    private static func isLoopback(_ authority: Substring) -> Bool {
        let host = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
        return host == "localhost" || host == "127.0.0.1" || host == "[::1]"
    }
}
