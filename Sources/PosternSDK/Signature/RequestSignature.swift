internal import Crypto
internal import PosternCore

/// The proof that the holder of a key sent this very request: HMAC-SHA256 over everything of it that matters.
struct RequestSignature {
    /// What the signing key is made from beside the key itself.
    private static let purpose = Array("alter-signing-v1".utf8)

    let fields: SignedFields

    /// What is signed.
    func text(method: Method, path: SignedPath, query: SignedQuery) -> String {
        var lines = [
            method.rawValue, path.canonical + query.canonical, fields.timestamp, fields.nonce, fields.contentDigest,
            fields.constraints ?? "",
        ]
        let optional = [
            ("request-rule", fields.rule), ("caller", fields.caller), ("caller-type", fields.callerType),
            ("actor-id", fields.actor), ("actor-context", fields.context),
        ]
        for (label, value) in optional { if let value { lines.append("\(label):\(value)") } }
        return lines.joined(separator: "\n")
    }

    /// Refuses a body that is not the one of which the digest was signed.
    func verify(body: [UInt8]) throws(SDKRefusal) {
        guard let digest = RequestSignature.digest(fields.contentDigest), digest == KeyDigest(ofKey: body) else {
            throw .badSignature("the body is not the one that was signed")
        }
    }

    /// Refuses what was not signed so by the holder of the key: all but the body, of which the digest is signed.
    func verify(_ method: Method, path: SignedPath, query: SignedQuery) throws(SDKRefusal) {
        let key = SymmetricKey(
            data: HMAC<SHA256>.authenticationCode(
                for: RequestSignature.purpose,
                using: SymmetricKey(data: Array(fields.key.utf8))
            )
        )
        let text = Array(text(method: method, path: path, query: query).utf8)
        let expected = KeyDigest(bytes: Array(HMAC<SHA256>.authenticationCode(for: text, using: key)))
        for signature in [fields.signature, fields.secondSignature].compactMap(\.self) {
            guard let given = RequestSignature.digest(signature), given == expected else {
                throw .badSignature("the signature does not match the request")
            }
        }
    }

    /// Refuses a time that is too far away from ours, which is in nanoseconds since 1970; returns it in seconds.
    func checkTime(now: Int64, skew: Duration) throws(SDKRefusal) -> Int64 {
        guard fields.timestamp.utf8.count <= 11, fields.timestamp.utf8.allSatisfy(RequestSignature.isDigit),
            let seconds = Int64(fields.timestamp)
        else { throw .badSignature("the timestamp is not a number of seconds since 1970") }
        guard abs(now / 1_000_000_000 - seconds) <= skew.components.seconds else {
            throw SDKRefusal(
                status: 401,
                code: "timestamp_out_of_range",
                message: "the request was signed more than \(skew.components.seconds) seconds before or after now",
                hint: "set the clock of the machine"
            )
        }
        return seconds
    }

    /// What makes the request different from every other one of the key.
    func nonceDigest(of key: KeyDigest) throws(SDKRefusal) -> KeyDigest {
        guard fields.nonce.utf8.count == 32, fields.nonce.utf8.allSatisfy(RequestSignature.isLowerHex) else {
            throw .badSignature("the nonce is not 32 hexadecimal digits in lower case")
        }
        return KeyDigest(ofKey: key.bytes + Array(fields.nonce.utf8))
    }

    /// 32 bytes that are compared in constant time.
    private static func digest(_ text: String) -> KeyDigest? {
        text.utf8.allSatisfy(isLowerHex) ? KeyDigest(hexadecimal: text) : nil
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isLowerHex(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
