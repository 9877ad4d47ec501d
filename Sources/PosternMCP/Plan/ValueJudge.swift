package import PosternCore

/// Decides what a text of an entry is: a secret, a reference to one, or neither.
package struct ValueJudge: Sendable {
    /// What the catalogue and the shape of a value say.
    package enum Provider: Hashable, Sendable {
        case known(String)
        /// It is one's, which cannot be used without more; the words say what.
        case unusable(String)
        case unknown
        /// It is no secret: a placeholder, or a key that Postern made.
        case none
    }

    enum Judgement {
        case nothing
        /// It stays.
        case left(reason: String, isSecret: Bool)
        /// The bytes of a secret in the text's UTF-8.
        case secret(Range<Int>, FoundSecret.Target)
    }

    private let provider: @Sendable (String, Secret) -> Provider

    /// `provider` says whose a value is, by the name of its variable and by its first characters.
    package init(provider: @escaping @Sendable (String, Secret) -> Provider) { self.provider = provider }

    /// Judges a value by its variable; `name` is empty where there is none.
    func judge(_ text: String, name: String) -> Judgement {
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty else { return .nothing }
        if TextShape.isReference(text) {
            guard let fallback = TextShape.fallback(of: text), isKey(fallback, name: name) else {
                return .left(reason: "is a reference", isSecret: false)
            }
            return .left(reason: "is a reference with a key for when it is not set: take that out", isSecret: true)
        }
        if let reason = TextShape.otherThanHTTP(text) { return .left(reason: reason, isSecret: true) }
        if let address = HTTPAddress(text) {
            guard address.hasUser else { return .nothing }
            return .left(reason: "has a user or a password in a URL: put it into a header", isSecret: true)
        }
        let start = TextShape.schemeLength(text)
        guard start < bytes.count else { return .nothing }
        let value = Secret(bytes[start...])
        guard !value.withBytes(TextShape.hasBlank), !TextShape.isPath(text) else { return .nothing }
        let range = start..<bytes.count
        let isIdentifier = !name.isEmpty && !SecretNames.areSecret(name)
        let owner = provider(isIdentifier ? "" : name, value)
        if owner == .none { return .nothing }
        if name.hasSuffix("CLIENT_SECRET") {
            let reason = "is the secret of an OAuth client: see docs/connections.md, or name a provider"
            return TextShape.isExample(text) ? .nothing : .secret(range, .unknown(reason))
        }
        switch owner {
        case .known(let provider):
            return TextShape.isExample(text)
                ? .left(reason: "is an example, not a key", isSecret: false) : .secret(range, .provider(provider))
        case .unusable(let reason): return .secret(range, .unknown(reason))
        case .unknown, .none: break
        }
        guard SecretNames.areSecret(name) else { return .nothing }
        if TextShape.isExample(text) { return .left(reason: "is an example, not a key", isSecret: false) }
        guard value.withBytes(TextShape.isRandom) || SecretNames.isPassword(name) && value.count > 3 else {
            return .nothing
        }
        return .secret(range, .unknown("its provider is not known"))
    }

    private func isKey(_ text: String, name: String) -> Bool {
        if case .secret = judge(text, name: name) { true } else { false }
    }
}
