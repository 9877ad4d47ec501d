/// Where a provider takes its credential: the places in which the client of a base URL puts its API key.
package struct CredentialSlots: Sendable {
    /// Header fields beyond the usual ones.
    package private(set) var fields: [FieldName] = []
    /// The decoded names of query parameters.
    package private(set) var parameters: [[UInt8]] = []
    /// What stands before the key in a path.
    package private(set) var pathPrefixes: [[UInt8]] = []

    /// No place at all.
    init() {}

    init(_ provider: Provider) {
        for template in provider.injection {
            switch template {
            case .header(let name, _): fields.append(FieldName(name))
            case .basic: break
            case .query(let name, _): parameters.append(Array(name.utf8))
            case .path(let template):
                if case .literal(let prefix)? = template.parts.first { pathPrefixes.append(Array(prefix.utf8)) }
            }
        }
    }
}
