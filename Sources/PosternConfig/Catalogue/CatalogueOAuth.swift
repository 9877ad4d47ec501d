package import PosternCore

/// What is known about the OAuth endpoints of a provider.
package struct CatalogueOAuth: Sendable, Decodable {
    package let authorizationEndpoint: String
    package let tokenEndpoint: String
    package let revocationEndpoint: String?
    package let accountEndpoint: String?
    package let accountMember: String?
    /// Whether the client's secret goes into the body of a request for tokens.
    package let takesSecretInBody: Bool?
    /// What is asked for where nobody says otherwise.
    package let scopes: [String]?
    package let scopeSeparator: String?
    package let parameters: [String: String]?

    /// How the client authenticates.
    package var clientAuthentication: OAuthClientSettings.ClientAuthentication {
        takesSecretInBody == true ? .post : .basic
    }

    private enum CodingKeys: String, CodingKey {
        case scopes, parameters
        case authorizationEndpoint = "authorization_endpoint"
        case tokenEndpoint = "token_endpoint"
        case revocationEndpoint = "revocation_endpoint"
        case accountEndpoint = "account_endpoint"
        case accountMember = "account_member"
        case takesSecretInBody = "secret_in_body"
        case scopeSeparator = "scope_separator"
    }
}
