/// What is known about a provider before anybody configures it.
package struct CatalogueEntry: Sendable, Decodable {
    /// The name by which a secret refers to it.
    package let name: String
    /// Its name for people.
    package let title: String
    /// Its hosts, as host patterns.
    package let hosts: [String]
    /// Who owns the names under its wildcard hosts; `nil` where it has none.
    package let wildcardHosts: WildcardOwnership?
    /// The ways it takes a credential, the usual one first.
    package let auth: [CatalogueAuthMethod]
    /// The environment variables that its clients read.
    package let env: Environment
    /// A value that satisfies clients which check the shape of a key.
    package let placeholder: String?
    /// The paths on its hosts at which it issues tokens, as path patterns.
    package let tokenPaths: [String]?
    /// How users connect their accounts; `nil` if they cannot, or where that differs from one customer to the next.
    package let oauth: CatalogueOAuth?
    /// Where its authentication is documented.
    package let docs: String

    /// Who may own a name under a wildcard.
    package enum WildcardOwnership: String, Sendable, Decodable {
        /// Customers, so attackers too: a credential may only go to the operator's own host.
        case pinTenant = "pin_tenant"
        /// The provider alone.
        case providerOperated = "provider_operated"
    }

    /// Names of environment variables.
    package struct Environment: Sendable, Decodable {
        /// Those that hold a credential.
        package let secret: [String]
        /// Those that hold a base URL.
        package let baseURL: [BaseURL]

        private enum CodingKeys: String, CodingKey {
            case secret
            case baseURL = "base_url"
        }
    }

    /// A variable of the form `NAME`, or `NAME=/path` where clients expect the URL to go on behind the host.
    package struct BaseURL: Hashable, Sendable, Decodable {
        package let variable: String
        package let path: String

        package init(from decoder: any Decoder) throws {
            let text = try decoder.singleValueContainer().decode(String.self)
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            variable = parts[0]
            path = parts.count == 2 ? parts[1] : ""
        }
    }

    private enum CodingKeys: String, CodingKey {
        case name, title, hosts, auth, env, placeholder, oauth, docs
        case wildcardHosts = "wildcard_hosts"
        case tokenPaths = "token_paths"
    }
}

/// One way in which a provider takes a credential.
package struct CatalogueAuthMethod: Sendable, Decodable {
    /// The id that `auth = "…"` chooses it by.
    package let id: String
    /// Where the credential is written; `nil` if Postern cannot do it.
    package let inject: [CatalogueInjection]?
    /// The kind, such as `oauth2`, of a method that Postern cannot do.
    package let unsupported: String?
    /// The template variables that are secrets; `nil` is `secret` alone.
    package let secrets: [String]?
}

/// One place into which a credential is written: exactly one of the forms that `inject` has in a configuration file.
package struct CatalogueInjection: Sendable, Decodable {
    package let header: String?
    package let query: String?
    package let value: String?
    package let basicUsername: String?
    package let basicPassword: String?
    package let path: String?
    package let awsSignature: CatalogueAWSSignature?

    private enum CodingKeys: String, CodingKey {
        case header, query, value, path
        case basicUsername = "basic_username"
        case basicPassword = "basic_password"
        case awsSignature = "aws_signature"
    }
}

/// For what requests are signed; `nil` is what the host says.
package struct CatalogueAWSSignature: Sendable, Decodable {
    package let service: String?
    package let region: String?
}
