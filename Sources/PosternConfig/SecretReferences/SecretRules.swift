internal import PosternCore

/// What the bytes of a secret must be before Postern takes it.
///
/// A credential is written into a request head: a line end in it would be a second header, and nothing further on
/// would notice (RFC 9110 section 5.5). Bytes above 0x7e are legal there but no provider issues them.
struct SecretRules {
    /// The fewest bytes.
    let minBytes: Int
    /// Why there must be that many.
    let reasonForMin: String
    /// Whether spaces may stand inside.
    let allowsInnerSpaces: Bool

    /// For what is injected.
    ///
    /// A shorter text could not be masked in answers without masking ordinary words.
    static let credential = SecretRules(
        minBytes: 8,
        reasonForMin: "a shorter one could not be masked in answers",
        allowsInnerSpaces: true
    )

    /// For the keys by which agents prove who they are.
    static let agentKey = SecretRules(
        minBytes: 16,
        reasonForMin: "a shorter one could be guessed",
        allowsInnerSpaces: false
    )

    /// Refuses a secret that breaks a rule.
    func check(_ secret: Secret) throws(Refusal) {
        let result: Result<Void, Refusal> = secret.withBytes { bytes in
            do throws(Refusal) {
                return .success(try check(bytes))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    /// Refuses bytes that break a rule, without saying what they are.
    func check(_ bytes: some BidirectionalCollection<UInt8>) throws(Refusal) {
        guard !bytes.isEmpty else { throw Refusal("the secret is empty") }
        for byte in bytes {
            switch byte {
            case 0x21...0x7e: continue
            case 0x20 where allowsInnerSpaces: continue
            case 0x20: throw Refusal("the key holds a space")
            case 0x0a, 0x0d: throw Refusal("the secret has more than one line")
            case 0x80...: throw Refusal("the secret holds bytes that are not ASCII")
            default: throw Refusal("the secret holds a control character")
            }
        }
        guard bytes.first != 0x20, bytes.last != 0x20 else {
            throw Refusal("the secret begins or ends with a space")
        }
        guard bytes.count >= minBytes else {
            throw Refusal("the secret is shorter than \(minBytes) bytes: \(reasonForMin)")
        }
    }

    /// The bytes without one LF or CR LF at their end.
    static func withoutLineEnd(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        guard bytes.last == 0x0a else { return bytes[...] }
        let line = bytes.dropLast()
        return line.last == 0x0d ? line.dropLast() : line
    }
}
