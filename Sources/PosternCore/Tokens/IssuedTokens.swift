/// Finds the tokens in the answer of a token endpoint.
enum IssuedTokens {
    /// A token as it stands in an answer.
    struct Found {
        /// Where it is written, without quotes.
        let place: Range<Int>
        let value: [UInt8]
        /// How long it lives, where the answer says so.
        let lifetimeSeconds: Int?
    }

    /// The tokens in their order; `nil` if the text is neither JSON nor a form.
    static func find(in text: [UInt8]) -> [Found]? {
        switch text.first(where: { !isBlank($0) }) {
        case UInt8(ascii: "{"), UInt8(ascii: "["): inJSON(text)
        default: inForm(text)
        }
    }

    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d }

    private static func inJSON(_ text: [UInt8]) -> [Found]? {
        guard let members = JSONMembers.read(text) else { return nil }
        var lifetimes: [Int: Int] = [:]
        for member in members where isLifetime(member.name) { lifetimes[member.object] = seconds(member.text) }
        return members.filter { $0.isString && namesToken($0.name) && !$0.text.isEmpty }.map { member in
            let lifetime = lifetimes[member.object] ?? lifetimes[0]
            return Found(place: member.place, value: member.text, lifetimeSeconds: lifetime)
        }
    }

    private static func inForm(_ text: [UInt8]) -> [Found]? {
        let end = text.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? 0
        // A page, or a token that stands alone, is no form.
        guard text[..<end].contains(UInt8(ascii: "=")), text[..<end].allSatisfy(ByteClass.isQuery) else { return nil }
        var tokens: [Range<Int>] = []
        var lifetime: Int?
        text.withUnsafeBytes { bytes in
            QueryParameters.forEach(UnsafeRawBufferPointer(rebasing: bytes[..<end])) { pair, name in
                let decoded = QueryParameters.decodedName(text[name])
                let value = min(name.upperBound + 1, pair.upperBound)..<pair.upperBound
                if isLifetime(decoded) { lifetime = seconds(Array(text[value])) }
                if namesToken(decoded), !value.isEmpty { tokens.append(value) }
            }
        }
        return tokens.map { place in
            Found(place: place, value: QueryParameters.decodedName(text[place]), lifetimeSeconds: lifetime)
        }
    }

    /// `access_token`, `refreshToken`, `id-token`, `token`, and whatever else ends like them.
    private static func namesToken(_ name: [UInt8]) -> Bool {
        let plain = plain(name)
        return plain.hasSuffix("token") || plain.hasSuffix("tokens")
    }

    private static func isLifetime(_ name: [UInt8]) -> Bool { plain(name) == "expiresin" }

    private static func plain(_ name: [UInt8]) -> String {
        String(decoding: name.filter { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "-") }, as: UTF8.self).lowercased()
    }

    private static func seconds(_ text: [UInt8]) -> Int? {
        FieldValue.contentLength(text.prefix { $0 != UInt8(ascii: ".") })
    }
}
