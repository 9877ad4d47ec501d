/// An upstream service: where it lives, how it takes its credential, how it is reached.
package struct Provider: Sendable {
    /// The name by which secrets and base URLs (`/via/<name>/…`) refer to it.
    package let name: String
    /// The hosts that belong to it.
    ///
    /// Never empty, and tenant wildcards are already pinned.
    package let hosts: [HostPattern]
    /// How the upstream is spoken to; clients always send plain HTTP.
    package let scheme: Scheme
    /// Where the credential is written.
    package let injection: [InjectionTemplate]
    package let network: UpstreamNetwork
    package let tagging: AuditTagging
    /// Whether `Set-Cookie` answers reach the agent.
    ///
    /// A session made with our credential is a credential.
    package let passesCookies: Bool
    /// Where it issues tokens, on any of its hosts.
    package let tokenPaths: [TokenPath]
    /// How users connect their accounts; `nil` if they cannot.
    package let oauth: OAuthClientSettings?

    package init(
        name: String,
        hosts: [HostPattern],
        scheme: Scheme,
        injection: [InjectionTemplate],
        network: UpstreamNetwork,
        tagging: AuditTagging,
        passesCookies: Bool,
        tokenPaths: [TokenPath] = [],
        oauth: OAuthClientSettings? = nil
    ) {
        self.name = name
        self.hosts = hosts
        self.scheme = scheme
        self.injection = injection
        self.network = network
        self.tagging = tagging
        self.passesCookies = passesCookies
        self.tokenPaths = tokenPaths
        self.oauth = oauth
    }
}

/// One fixed place in a request into which a credential is written.
///
/// Never a body.
package enum InjectionTemplate: Hashable, Sendable {
    /// A header field: its name and its value.
    case header(name: String, value: Template)
    /// `Authorization: Basic`, from a user name and a password. RFC 7617.
    case basic(username: Template, password: Template)
    /// A query parameter: its name and its value, which is percent-encoded when written.
    case query(name: String, value: Template)
    /// The leading path, such as `/bot{secret}/`; a client writes any one segment in the variable's place.
    case path(Template)
    /// A signature over the whole request for Amazon Web Services, made with `secret_access_key`, which is not sent itself.
    ///
    /// What is `nil` of the service and the region is what the host says.
    case awsSignature(service: Template?, region: Template?)
}

/// How a provider's hosts are reached, beyond their names.
package struct UpstreamNetwork: Hashable, Sendable {
    /// Whether addresses that are not public may be dialled.
    package var allowsPrivateAddresses: Bool
    /// The one address to dial in place of resolving the host; the host still names SNI and Host.
    package var fixedAddress: IPEndpoint?
    /// A PEM file of certificate authorities to trust in place of the system's.
    package var certificateAuthorityFile: String?

    package init(
        allowsPrivateAddresses: Bool = false,
        fixedAddress: IPEndpoint? = nil,
        certificateAuthorityFile: String? = nil
    ) {
        self.allowsPrivateAddresses = allowsPrivateAddresses
        self.fixedAddress = fixedAddress
        self.certificateAuthorityFile = certificateAuthorityFile
    }
}

/// An address and a port.
package struct IPEndpoint: Hashable, Sendable {
    package let address: IPAddress
    package let port: UInt16

    package init(address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// Reads `127.0.0.1:8443` or `[::1]:8443`; `nil` for a name, a missing port or port 0.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port > 0,
            text[text.index(after: colon)...].allSatisfy(\.isNumber),
            let address = HostName(text[..<colon])?.address
        else { return nil }
        self.init(address: address, port: port)
    }
}

extension IPEndpoint: CustomStringConvertible {
    package var description: String { address.bytes.count == 4 ? "\(address):\(port)" : "[\(address)]:\(port)" }
}

/// What an upstream is told about who called, for its own audit trail.
///
/// Variables: `agent`, `run`, `role`, `context`, `request_id`.
package struct AuditTagging: Hashable, Sendable {
    /// A header field and its value.
    package var header: (name: String, value: Template)?
    /// Text added to the end of `User-Agent`.
    package var userAgentSuffix: Template?

    package init(header: (name: String, value: Template)? = nil, userAgentSuffix: Template? = nil) {
        self.header = header
        self.userAgentSuffix = userAgentSuffix
    }

    package static func == (left: AuditTagging, right: AuditTagging) -> Bool {
        left.header?.name == right.header?.name && left.header?.value == right.header?.value
            && left.userAgentSuffix == right.userAgentSuffix
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(header?.name)
        hasher.combine(header?.value)
        hasher.combine(userAgentSuffix)
    }
}
