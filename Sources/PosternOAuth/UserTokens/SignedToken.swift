internal import PosternCore

/// A token as it came: three parts of base 64, of which only the first was looked into.
///
/// RFC 7515 section 7.1.
struct SignedToken: Sendable {
    /// What the token says about its signature.
    struct Header: Sendable {
        let algorithm: SigningAlgorithm
        let keyID: String?
    }

    static let maxBytes = 16_384
    /// Tokens for something else, such as telling of a log-out, are signed with the same keys.
    private static let types: Set<String> = ["jwt", "at+jwt", "application/at+jwt"]

    let header: Header
    /// What the signature is of.
    let signed: [UInt8]
    let signature: [UInt8]
    /// The claims, not to be believed before the signature is verified.
    let payload: [UInt8]

    /// Takes a token apart.
    init(_ token: Secret) throws(UserTokenError) {
        guard token.count <= SignedToken.maxBytes else { throw .invalid(reason: "it is too long") }
        var text = token.withBytes { Array($0) }
        // What is kept is worth nothing without the whole.
        defer { text.wipe() }
        self = try SignedToken(parts: text)
    }

    private init(parts text: [UInt8]) throws(UserTokenError) {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let head = SignedToken.decoded(parts[0]), let payload = SignedToken.decoded(parts[1]),
            let signature = SignedToken.decoded(parts[2]), !signature.isEmpty
        else { throw .invalid(reason: "it is not a signed token") }
        header = try SignedToken.header(head)
        signed = Array(text[..<parts[1].endIndex])
        self.signature = signature
        self.payload = payload
    }

    private static func header(_ bytes: [UInt8]) throws(UserTokenError) -> Header {
        guard let document = try? JSONDocument(bytes), document.root.kind == .object, !document.root.hasDuplicates
        else {
            throw .invalid(reason: "its header is not a JSON object")
        }
        let header = document.root
        guard let algorithm = header["alg"]?.text(atMost: 16).flatMap(SigningAlgorithm.init) else {
            throw .invalid(reason: "it is signed in a way that is not taken")
        }
        // RFC 7515 section 4.1.11: whoever does not know what is critical has to refuse, and there is nothing we know.
        guard header["crit"] == nil else { throw .invalid(reason: "it has a critical header") }
        if let type = header["typ"], !(type.text(atMost: 64).map { types.contains($0.lowercased()) } ?? false) {
            throw .invalid(reason: "it is a token of another kind")
        }
        let keyID = header["kid"]?.text(atMost: 2048)
        guard header["kid"] == nil || keyID != nil else { throw .invalid(reason: "its key id is no text") }
        return Header(algorithm: algorithm, keyID: keyID)
    }

    /// RFC 7515 section 2: the alphabet for URLs, without padding and anything else.
    private static func decoded(_ part: ArraySlice<UInt8>) -> [UInt8]? {
        guard !part.contains(where: { "+/=".utf8.contains($0) }) else { return nil }
        return Base64.decode(
            part.map { byte in
                switch byte {
                case UInt8(ascii: "-"): UInt8(ascii: "+")
                case UInt8(ascii: "_"): UInt8(ascii: "/")
                default: byte
                }
            }
        )
    }
}
