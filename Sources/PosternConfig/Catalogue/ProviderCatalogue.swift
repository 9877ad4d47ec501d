internal import Foundation

/// The providers that Postern knows by name, and where credentials are commonly found in requests.
///
/// `Resources/providers.json` is the source; it is compiled into the program so that there is no file to find or to
/// tamper with, and decoded once, when first asked for.
package struct ProviderCatalogue: Sendable {
    /// The header fields that carry credentials, lower case: whatever a client sends in one is removed.
    package let credentialHeaders: [String]
    /// The query parameters that carry credentials: whatever a client sends in one is removed or masked.
    package let credentialQueryParameters: [String]
    /// The providers, by name.
    package let entries: [String: CatalogueEntry]

    /// The catalogue of this build.
    package static let builtIn: ProviderCatalogue = {
        do {
            return try ProviderCatalogue(json: PackageResources.providers_json)
        } catch {
            // The bytes are part of the program; a test decodes them.
            preconditionFailure("the built-in provider catalogue does not decode: \(error)")
        }
    }()

    private init(json: [UInt8]) throws {
        let file = try JSONDecoder().decode(CatalogueFile.self, from: Data(json))
        credentialHeaders = file.credentialHeaders
        credentialQueryParameters = file.credentialQueryParameters
        entries = Dictionary(file.providers.map { ($0.name, $0) }) { first, _ in first }
    }
}

/// The layout of `providers.json`.
private struct CatalogueFile: Decodable {
    let credentialHeaders: [String]
    let credentialQueryParameters: [String]
    let providers: [CatalogueEntry]

    enum CodingKeys: String, CodingKey {
        case credentialHeaders = "credential_headers"
        case credentialQueryParameters = "credential_query_parameters"
        case providers
    }
}
