internal import PosternCore

/// The cookies of the portal; each value is hexadecimal digits, and nobody but the portal reads it.
///
/// Over http every other port of the host reads and sets those whose path it knows: ``Room`` and ``ConfirmationPath`` are
/// paths that it does not know.
enum PortalCookie: String {
    /// Tells one browser from others while an account is connected; comes back when a provider sends the browser here.
    case browser = "postern_browser"
    /// An operator's session; never sent with a request that another site began.
    case session = "postern_session"
    /// Proves that a form was on the very answer to a provider's.
    case confirmation = "postern_confirmation"

    /// How many digits are looked at.
    private static let lengths = 32...512
    /// How many cookies of a name are looked at: whoever sets more keeps out only people on his own machine.
    private static let maxCount = 8

    /// The name; its beginning makes browsers refuse one that another host of the domain has set.
    func name(at address: PortalAddress) -> String { (address.isSecure ? "__Host-" : "") + rawValue }

    /// The value in a `Cookie` field; `nil` if there is none, or more than one.
    func value(in field: String?, at address: PortalAddress) -> String? {
        let values = texts(in: field, at: address)
        return values.count == 1 ? values.first.flatMap(PortalCookie.wellFormed) : nil
    }

    /// All well-formed values in a `Cookie` field, in which those of longer paths stand first.
    ///
    /// RFC 6265 section 5.4.
    func values(in field: String?, at address: PortalAddress) -> [String] {
        Array(texts(in: field, at: address).compactMap(PortalCookie.wellFormed).prefix(PortalCookie.maxCount))
    }

    private func texts(in field: String?, at address: PortalAddress) -> [Substring] {
        let beginning = name(at: address) + "="
        return (field ?? "").split(separator: ";")
            .map { $0.drop { $0 == " " } }
            .filter { $0.hasPrefix(beginning) }
            .map { $0.dropFirst(beginning.count) }
    }

    private static func wellFormed(_ value: Substring) -> String? {
        lengths.contains(value.utf8.count) && HexDigit.bytes(of: value.utf8) != nil ? String(value) : nil
    }

    /// The field that sets it for a path and what is below; `nil` makes the browser forget it.
    ///
    /// Over https the path is `/`, as `__Host-` wants it.
    func setting(_ value: String?, at address: PortalAddress, path: String) -> String {
        let sameSite =
            switch self {
            case .browser: "Lax"
            case .session, .confirmation: "Strict"
            }
        return "\(name(at: address))=\(value ?? ""); Path=\(address.isSecure || path.isEmpty ? "/" : path)"
            + "; HttpOnly; SameSite=\(sameSite)" + (address.isSecure ? "; Secure" : "")
            + (value == nil ? "; Max-Age=0" : "")
    }

    /// A new value that nobody can guess.
    static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return String(decoding: HexDigit.text(of: bytes), as: UTF8.self)
    }
}
