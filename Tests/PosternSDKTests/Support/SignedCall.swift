import Crypto
import PosternAdmin
import PosternCore
import Testing

@testable import PosternSDK

/// A key as its holder has it.
struct TestKey: Sendable {
    let id: String
    let text: String

    init(id: String = "", text: String) {
        self.id = id
        self.text = text
    }

    init(_ minted: MintedKey) {
        id = minted.key.id
        text = minted.plaintext.withBytes { String(decoding: $0, as: UTF8.self) }
    }
}

/// A request that is signed as clients sign theirs.
struct SignedCall: Sendable {
    var method: PosternCore.Method
    var target: String
    var body: String
    var key: TestKey
    /// The fields that are signed beside the usual ones.
    var fields: [(name: String, value: String)]
    var nonce = SignedCall.randomNonce()
    /// Seconds since 1970.
    var timestamp: Int64
    var peer = Peer(origin: .process(userID: 1, processID: 1))
    var listenerAgent: String?

    init(
        _ method: PosternCore.Method,
        _ target: String,
        _ body: String = "",
        by key: TestKey,
        fields: [(name: String, value: String)] = [],
        at nanoseconds: Int64
    ) {
        self.method = method
        self.target = target
        self.body = body
        self.key = key
        self.fields = fields
        timestamp = nanoseconds / 1_000_000_000
    }

    /// The request, with its signature.
    func request() -> ServiceRequest {
        let parts = target.split(separator: "?", maxSplits: 1).map(String.init)
        let digest = String(decoding: HexDigit.text(of: Array(SHA256.hash(data: Array(body.utf8)))), as: UTF8.self)
        var all =
            fields + [
                ("x-api-key", key.text), ("x-alter-timestamp", "\(timestamp)"), ("x-alter-nonce", nonce),
                ("x-alter-content-sha256", digest),
            ]
        all.append(("x-alter-signature", signature(parts, all)))
        return ServiceRequest(
            id: "01J2N9XQ4E8T7Y6R5W3V2B1C0D",
            method: method,
            path: parts[0],
            query: parts.count > 1 ? parts[1] : nil,
            fields: all,
            body: Array(body.utf8),
            peer: peer,
            listenerAgent: listenerAgent,
            receivedAt: timestamp * 1_000_000_000
        )
    }

    private func signature(_ parts: [String], _ fields: [(name: String, value: String)]) -> String {
        func value(_ name: String) -> String { fields.first { $0.name == name }?.value ?? "" }
        let path = SignedPath(parts[0])?.canonical ?? parts[0]
        let query = SignedQuery(parts.count > 1 ? parts[1] : nil)?.canonical ?? ""
        var lines = [
            method.rawValue, path + query, "\(timestamp)", nonce, value("x-alter-content-sha256"),
            value("x-alter-scope-constraints"),
        ]
        for (label, name) in [
            ("request-rule", "x-alter-request-rule"), ("caller", "x-alter-caller"),
            ("caller-type", "x-alter-caller-type"), ("actor-id", "x-alter-actor-id"),
            ("actor-context", "x-alter-context"),
        ] where !value(name).isEmpty { lines.append("\(label):\(value(name))") }
        let signing = HMAC<SHA256>.authenticationCode(
            for: Array("alter-signing-v1".utf8),
            using: SymmetricKey(data: Array(key.text.utf8))
        )
        let code = HMAC<SHA256>.authenticationCode(
            for: Array(lines.joined(separator: "\n").utf8),
            using: SymmetricKey(data: signing)
        )
        return String(decoding: HexDigit.text(of: Array(code)), as: UTF8.self)
    }

    private static func randomNonce() -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<16).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        return String(decoding: HexDigit.text(of: bytes), as: UTF8.self)
    }
}

/// An answer, and what tests ask of it.
struct Answered: Sendable {
    let status: Int
    let fields: [(name: String, value: String)]
    let text: String

    init(_ answer: ServiceAnswer) {
        status = answer.status
        fields = answer.fields
        text = String(decoding: answer.body, as: UTF8.self)
    }

    /// The value of a field.
    func field(_ name: String) -> String? { fields.first { $0.name == name }?.value }

    /// The text of a member at the top; of another value what is written.
    func member(_ name: String) -> String? {
        guard let root = try? JSONDocument(Array(text.utf8)).root else { return nil }
        for (key, value) in root.members where key.string == Array(name.utf8) {
            return String(decoding: value.string ?? Array(value.source), as: UTF8.self)
        }
        return nil
    }

    /// The code of a refusal.
    var code: String? { member("error") }
}
