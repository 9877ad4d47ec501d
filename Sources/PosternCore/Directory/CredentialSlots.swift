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

    /// Adds a provider's.
    mutating func add(_ provider: Provider) {
        for template in provider.injection {
            switch template {
            case .header(let name, _): CredentialSlots.add(FieldName(name), to: &fields)
            case .basic, .awsSignature: break
            case .query(let name, _): CredentialSlots.add(Array(name.utf8), to: &parameters)
            case .path(let template):
                if case .literal(let prefix)? = template.parts.first {
                    CredentialSlots.add(Array(prefix.utf8), to: &pathPrefixes)
                }
            }
        }
    }

    private static func add<Place: Equatable>(_ place: Place, to places: inout [Place]) {
        if !places.contains(place) { places.append(place) }
    }
}
