internal import PosternCore

/// The fields of a request by which its sender proves who it is, and those that are bound by the proof.
///
/// Each may stand once: of two, another reader could take the other one.
struct SignedFields: Sendable {
    let key: String
    let timestamp: String
    let nonce: String
    let contentDigest: String
    let signature: String
    /// The same signature again, from clients that say who they are.
    let secondSignature: String?
    let caller: String?
    let callerType: String?
    let actor: String?
    let context: String?
    let constraints: String?
    let rule: String?

    init(_ request: ServiceRequest) throws(SDKRefusal) {
        func optional(_ name: String) throws(SDKRefusal) -> String? {
            let values = request.values(of: name)
            guard values.count < 2 else { throw .invalid("the field \(name) is given twice") }
            return values.first.flatMap { $0.isEmpty ? nil : $0 }
        }
        func required(_ name: String) throws(SDKRefusal) -> String {
            guard let value = try optional(name) else {
                throw .badSignature("the field \(name) is missing")
            }
            return value
        }
        guard let key = try optional("x-api-key"), key.utf8.count <= 256 else { throw .unknownKey }
        self.key = key
        timestamp = try required("x-alter-timestamp")
        nonce = try required("x-alter-nonce")
        contentDigest = try required("x-alter-content-sha256")
        signature = try required("x-alter-signature")
        secondSignature = try optional("x-alter-signature-v2")
        caller = try optional("x-alter-caller")
        callerType = try optional("x-alter-caller-type")
        actor = try optional("x-alter-actor-id")
        context = try optional("x-alter-context")
        constraints = try optional("x-alter-scope-constraints")
        rule = try optional("x-alter-request-rule")
    }
}

extension SDKRefusal {
    /// No key was shown, or one that nobody has.
    static let unknownKey = SDKRefusal(
        status: 401,
        code: "invalid_key",
        message: "the key is not known",
        hint: "give the key that was shown when it was minted"
    )

    /// The signature is absent, malformed or of something else.
    static func badSignature(_ message: String, hint: String? = nil) -> SDKRefusal {
        SDKRefusal(status: 401, code: "invalid_signature", message: message, hint: hint)
    }
}
