/// Reading agent keys out of requests.
///
/// Only digests of them leave this file.
package enum PresentedKey {
    /// The key in `Proxy-Authorization`: of `Basic name:key` the key, of `Basic key:` the name, of `Bearer key` the
    /// token.
    ///
    /// RFC 9110 section 11.7.1, RFC 7617, RFC 6750.
    ///
    /// The name beside the key says nothing: whoever holds a key is the agent, and nobody becomes one by its name.
    ///
    /// - Throws: ``ProxyError/malformedRequest(_:)`` for two such fields, ``ProxyError/identityRequired`` for one that
    ///   cannot be read.
    static func proxyAuthorization(_ head: RequestHead) throws(ProxyError) -> KeyDigest? {
        guard let range = try head.value(of: .proxyAuthorization) else { return nil }
        guard let key = key(inAuthorization: head[range], mayBeBare: false) else { throw .identityRequired }
        return KeyDigest(ofKey: key)
    }

    /// The keys that may stand in the places where the client of a base URL puts its API key: every credential field, and
    /// the provider's own fields, query parameters and path.
    static func inCredentialSlots(_ ingress: IngressRequest, slots: CredentialSlots) -> [KeyDigest] {
        let head = ingress.head
        var keys = inCredentialFields(head, and: slots.fields).map(\.key)
        if let query = ingress.query, !slots.parameters.isEmpty {
            head.bytes.withUnsafeBytes { bytes in
                let text = UnsafeRawBufferPointer(rebasing: bytes[query])
                QueryParameters.forEach(text) { pair, name in
                    guard slots.parameters.contains(where: { QueryParameters.name(text[name], is: $0) }) else { return }
                    keys.append(KeyDigest(ofKey: QueryParameters.decodedName(text[pair].dropFirst(name.count + 1))))
                }
            }
        }
        let path = head[ingress.path]
        for prefix in slots.pathPrefixes where path.starts(with: prefix) {
            keys.append(KeyDigest(ofKey: path.dropFirst(prefix.count).prefix { $0 != UInt8(ascii: "/") }))
        }
        return keys
    }

    /// The key in each field that carries a credential, with the field's place in the head.
    static func inCredentialFields(_ head: RequestHead, and others: [FieldName] = []) -> [(index: Int, key: KeyDigest)]
    {
        var keys: [(index: Int, key: KeyDigest)] = []
        for (index, field) in head.fields.enumerated() {
            guard field.known == .credential || others.contains(where: { head.isNamed(field, $0) }) else { continue }
            if let key = key(inAuthorization: head[field.value], mayBeBare: true) {
                keys.append((index, KeyDigest(ofKey: key)))
            }
        }
        return keys
    }

    private static func key(inAuthorization value: ArraySlice<UInt8>, mayBeBare: Bool) -> ArraySlice<UInt8>? {
        guard let space = value.firstIndex(of: 0x20) else { return mayBeBare && !value.isEmpty ? value : nil }
        let scheme = value[..<space]
        let rest = value[space...].drop { $0 == 0x20 }
        guard !rest.isEmpty else { return nil }
        guard FieldValue.equalsIgnoringCase(scheme, "basic") else {
            return mayBeBare || FieldValue.equalsIgnoringCase(scheme, "bearer") ? rest : nil
        }
        guard let pair = Base64.decode(rest), let colon = pair.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let key = pair[(colon + 1)...]
        return key.isEmpty ? pair[..<colon] : key
    }
}
