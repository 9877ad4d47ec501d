internal import Crypto
internal import PosternCore

/// Proves that a form was on a page that this portal showed in this browser.
///
/// A form's key is bound to a cookie that other sites cannot read, and to the one address to which the form goes.
struct FormKeys: Sendable {
    /// The name of the field.
    static let field = "form_key"

    /// Dies with the process: a page from before a restart has to be opened again.
    private let key = SymmetricKey(size: .bits256)

    /// The key of the form that is sent to `action` from a browser with `cookie`.
    func key(for action: String, cookie: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: FormKeys.bound(action, cookie), using: key)
        return String(decoding: HexDigit.text(of: Array(code)), as: UTF8.self)
    }

    /// Whether it is that form's key, in a time that says nothing of it.
    func isValid(_ presented: String?, for action: String, cookie: String) -> Bool {
        guard let presented, let bytes = HexDigit.bytes(of: presented.utf8) else { return false }
        return HMAC<SHA256>.isValidAuthenticationCode(bytes, authenticating: FormKeys.bound(action, cookie), using: key)
    }

    /// Neither of the two has a zero byte.
    private static func bound(_ action: String, _ cookie: String) -> [UInt8] {
        Array(cookie.utf8) + [0] + Array(action.utf8)
    }
}
