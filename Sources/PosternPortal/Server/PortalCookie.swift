internal import PosternCore

/// The two cookies of the portal; each value is hexadecimal digits, and nobody but the portal reads it.
enum PortalCookie: String {
    /// Tells one browser from others while an account is connected; comes back when a provider sends the browser here.
    case browser = "postern_browser"
    /// An operator's session; never sent with a request that another site began.
    case session = "postern_session"

    /// How many digits are looked at.
    private static let lengths = 32...512

    /// The name; its beginning makes browsers refuse one that another host of the domain has set.
    func name(at address: PortalAddress) -> String { (address.isSecure ? "__Host-" : "") + rawValue }

    /// The value in a `Cookie` field; `nil` if there is none, or more than one.
    func value(in field: String?, at address: PortalAddress) -> String? {
        let beginning = name(at: address) + "="
        let values = (field ?? "").split(separator: ";")
            .map { $0.drop { $0 == " " } }
            .filter { $0.hasPrefix(beginning) }
            .map { $0.dropFirst(beginning.count) }
        guard values.count == 1, let value = values.first, PortalCookie.lengths.contains(value.utf8.count),
            HexDigit.bytes(of: value.utf8) != nil
        else { return nil }
        return String(value)
    }

    /// The field that sets it; `nil` makes the browser forget it.
    func setting(_ value: String?, at address: PortalAddress) -> String {
        let sameSite =
            switch self {
            case .browser: "Lax"
            case .session: "Strict"
            }
        return "\(name(at: address))=\(value ?? ""); Path=/; HttpOnly; SameSite=\(sameSite)"
            + (address.isSecure ? "; Secure" : "") + (value == nil ? "; Max-Age=0" : "")
    }

    /// A new value that nobody can guess.
    static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return String(decoding: HexDigit.text(of: bytes), as: UTF8.self)
    }
}
