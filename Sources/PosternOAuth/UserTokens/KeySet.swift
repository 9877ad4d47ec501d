internal import JWTKit
internal import PosternCore

/// The keys of an identity provider.
///
/// RFC 7517.
struct KeySet: Sendable {
    private static let maxKeys = 100

    private let keys: [VerificationKey]

    /// Reads a key set; `nil` if it is none.
    ///
    /// Keys that Postern does not know what to do with are left out, as section 5 says.
    init?(_ json: JSONValue) {
        guard let list = json["keys"], list.kind == .array else { return nil }
        keys = list.elements.prefix(KeySet.maxKeys).compactMap(VerificationKey.init)
    }

    /// Whether there is a key with an id; with `nil`, any key.
    func holds(_ id: String?) -> Bool { id.map { id in keys.contains { $0.id == id } } ?? !keys.isEmpty }

    /// The keys that may have signed a token: those with its key id, or, if it names none, all that fit.
    func candidates(for header: SignedToken.Header) -> [VerificationKey] {
        keys.filter { key in (header.keyID == nil || key.id == header.keyID) && key.fits(header.algorithm) }
    }
}

/// One public key.
struct VerificationKey: Sendable {
    private enum Numbers: Sendable {
        case rsa(modulus: String, exponent: String)
        case curve(x: String, y: String)
        case edwards(x: String)
    }

    private static let maxTextBytes = 2048

    let id: String?
    private let kind: SigningAlgorithm.KeyKind
    /// The one algorithm it is for; `nil` where the provider does not say.
    private let algorithm: SigningAlgorithm?
    private let numbers: Numbers

    /// Reads a key; `nil` if it is not one for signatures that are taken.
    init?(_ json: JSONValue) {
        func text(_ name: String) -> String? { json[name]?.text(atMost: VerificationKey.maxTextBytes) }
        guard !json.hasDuplicates else { return nil }
        id = text("kid")
        if json["use"] != nil, text("use") != "sig" { return nil }
        if let operations = json["key_ops"], !operations.elements.contains(where: { $0.text(atMost: 16) == "verify" }) {
            return nil
        }
        switch (text("kty"), text("crv")) {
        case ("RSA", _):
            guard let modulus = text("n"), let exponent = text("e") else { return nil }
            (kind, numbers) = (.rsa, .rsa(modulus: modulus, exponent: exponent))
        case ("EC", "P-256"), ("EC", "P-384"):
            guard let x = text("x"), let y = text("y") else { return nil }
            (kind, numbers) = (text("crv") == "P-256" ? .p256 : .p384, .curve(x: x, y: y))
        case ("OKP", "Ed25519"):
            guard let x = text("x") else { return nil }
            (kind, numbers) = (.ed25519, .edwards(x: x))
        default: return nil
        }
        algorithm = text("alg").flatMap(SigningAlgorithm.init)
        // A key for something else, such as encryption, verifies nothing.
        if json["alg"] != nil, algorithm == nil { return nil }
    }

    /// Whether it is a key for an algorithm: the token does not choose what a key is used for.
    func fits(_ wanted: SigningAlgorithm) -> Bool {
        kind == wanted.keyKind && (algorithm.map { $0 == wanted } ?? true)
    }

    /// Whether it made a signature.
    func verifies(_ token: SignedToken) async -> Bool {
        guard fits(token.header.algorithm) else { return false }
        let name = JWKIdentifier(string: "key")
        let algorithm = token.header.algorithm.name
        let key: JWK =
            switch numbers {
            case .rsa(let modulus, let exponent):
                .rsa(algorithm, identifier: name, modulus: modulus, exponent: exponent)
            case .curve(let x, let y):
                .ecdsa(algorithm, identifier: name, x: x, y: y, curve: kind == .p256 ? .p256 : .p384)
            case .edwards(let x):
                .octetKeyPair(algorithm, identifier: name, x: x, y: nil, curve: .ed25519)
            }
        do {
            let keys = try await JWTKeyCollection().add(jwk: key)
            return try await keys.getKey(for: name).verify(token.signature, signs: token.signed)
        } catch {
            // A key that cannot be read, or a signature of another length.
            return false
        }
    }
}
