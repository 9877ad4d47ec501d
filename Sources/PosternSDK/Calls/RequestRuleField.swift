internal import PosternCore

/// The rule that a caller attached to its own request.
enum RequestRuleField {
    private static let maxBytes = 4096

    /// Reads the field `X-Alter-Request-Rule`, which is JSON in base64url; `nil` without one.
    static func read(_ request: ServiceRequest) throws(SDKRefusal) -> RequestRule? {
        let values = request.values(of: "x-alter-request-rule").filter { !$0.isEmpty }
        guard let value = values.first else { return nil }
        guard values.count == 1, value.utf8.count <= maxBytes, let bytes = decoded(value) else {
            throw unusable("the request rule is not up to \(maxBytes) bytes of base64url")
        }
        var members: SDKMembers
        let rule: RequestRule
        do {
            members = try SDKMembers(body: bytes)
            rule = RequestRule(
                type: try members.requiredText("rule_type"),
                body: try members.json("rule_body") ?? ""
            )
            try members.finish()
        } catch { throw unusable("the request rule: \(error.message)") }
        return rule
    }

    private static func unusable(_ message: String) -> SDKRefusal {
        SDKRefusal(status: 400, code: "request_rule_unusable", message: message)
    }

    private static func decoded(_ text: String) -> [UInt8]? {
        guard !text.utf8.contains(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/") }) else { return nil }
        return Base64.decode(
            text.utf8.map { byte in
                switch byte {
                case UInt8(ascii: "-"): UInt8(ascii: "+")
                case UInt8(ascii: "_"): UInt8(ascii: "/")
                default: byte
                }
            }
        )
    }
}
