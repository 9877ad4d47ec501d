package import PosternCore

/// What the pages about connecting accounts ask for and do.
///
/// Implemented over the desk, and by tests. A page's token is the secret part of its address; `browser` is the digest of a
/// cookie that only the browser has in which the page was opened.
package protocol ConnectPages: Sendable {
    /// What the user is asked.
    func consent(to pageToken: Secret) async throws(PageRefusal) -> ConsentRequest

    /// Begins connecting one provider: the address at the provider to which the browser is sent.
    func approve(_ pageToken: Secret, provider: String, browser: KeyDigest) async throws(PageRefusal) -> String

    /// Takes a no for an answer, to all that is not connected yet.
    func deny(_ pageToken: Secret) async throws(PageRefusal) -> ConnectStep

    /// Keeps an account: the yes to a ``ConnectConfirmation``.
    func keep(_ token: Secret) async throws(PageRefusal) -> ConnectStep

    /// Has the provider forget what it gave: the no to a ``ConnectConfirmation``.
    func discard(_ token: Secret) async throws(PageRefusal) -> ConnectStep

    /// Takes what a provider sent the browser back with.
    func callback(_ response: AuthorizationResponse, browser: KeyDigest) async throws(PageRefusal) -> ConnectStep
}

/// What a user is asked to consent to.
package struct ConsentRequest: Hashable, Sendable {
    /// The agent that is to act for the user; `nil` if it is the application itself.
    package var agent: String?
    /// What the agent is called for people, if it is called anything else.
    package var agentDisplayName: String?
    /// The origin of the application that asks, such as `https://app.example.com`; `nil` if it did not say.
    package var application: String?
    /// Who the user is, as the user would say it: an address, a name, or else the identity provider's subject.
    package var user: String
    /// In the order in which they are shown; never empty.
    package var providers: [ConsentProvider]
    /// What the grant that comes of it is bound by, a short sentence each.
    package var limits: [String]
    /// Whether the agent may hand on what it gets.
    package var isDelegable: Bool
    /// When the session ends, in nanoseconds since 1970.
    package var expiresAt: Int64

    package init(
        agent: String? = nil,
        agentDisplayName: String? = nil,
        application: String? = nil,
        user: String,
        providers: [ConsentProvider],
        limits: [String] = [],
        isDelegable: Bool = false,
        expiresAt: Int64
    ) {
        self.agent = agent
        self.agentDisplayName = agentDisplayName
        self.application = application
        self.user = user
        self.providers = providers
        self.limits = limits
        self.isDelegable = isDelegable
        self.expiresAt = expiresAt
    }
}

/// One provider of a ``ConsentRequest``.
package struct ConsentProvider: Hashable, Sendable {
    /// How far it has come.
    package enum Status: Hashable, Sendable {
        case asked
        /// In this session, with what account.
        case connected(account: String)
        /// The user said no at the provider, or it failed there: what is known of why.
        case declined(reason: String)
    }

    package let name: String
    package var displayName: String
    /// What is asked for at the provider, in its own words.
    package var scopes: [String]
    package var status: Status
    /// The accounts that the user has connected there before.
    package var accounts: [String]
    /// What else there is to know before a yes, a sentence each.
    package var notes: [String]

    package init(
        name: String,
        displayName: String,
        scopes: [String],
        status: Status = .asked,
        accounts: [String] = [],
        notes: [String] = []
    ) {
        self.name = name
        self.displayName = displayName
        self.scopes = scopes
        self.status = status
        self.accounts = accounts
        self.notes = notes
    }
}

/// The parameters with which a provider sends a browser back.
///
/// RFC 6749 section 4.1.2, RFC 9207.
package struct AuthorizationResponse: Sendable {
    /// Names the request that is answered.
    package let state: Secret
    package let code: Secret?
    /// A code of RFC 6749 section 4.1.2.1, if it went wrong.
    package let error: String?
    package let issuer: String?

    package init(state: Secret, code: Secret?, error: String?, issuer: String?) {
        self.state = state
        self.code = code
        self.error = error
        self.issuer = issuer
    }
}

/// How it goes on after an answer, the user's or a provider's.
package enum ConnectStep: Sendable {
    /// There is more to decide, on the page of this token.
    case more(pageToken: Secret)
    /// A provider has agreed, and the browser that came back says whether that is to be kept.
    case confirm(ConnectConfirmation)
    /// All is done: what is connected now, and where the application wants its user back.
    case completed(accounts: [ConnectedAccount], returnURL: String?)
    /// Nothing was connected because the user did not want it.
    case denied(returnURL: String?)
    /// Nothing was connected: why, in words for people.
    case failed(reason: String, returnURL: String?)
}

/// What a user is asked once a provider has agreed, while nothing is kept.
package struct ConnectConfirmation: Sendable {
    /// Names the answer, once; in no address but those of the two forms.
    package let token: Secret
    package let request: ConsentRequest
    /// The provider's name for people.
    package let provider: String
    /// `nil` where the provider does not say.
    package let account: String?
    /// What the provider granted.
    package let scopes: [String]
    /// Nanoseconds since 1970.
    package let endsAt: Int64

    package init(
        token: Secret,
        request: ConsentRequest,
        provider: String,
        account: String?,
        scopes: [String],
        endsAt: Int64
    ) {
        self.token = token
        self.request = request
        self.provider = provider
        self.account = account
        self.scopes = scopes
        self.endsAt = endsAt
    }
}

/// An account that a user has just connected.
package struct ConnectedAccount: Hashable, Sendable {
    /// The provider's name for people.
    package let provider: String
    package let account: String

    package init(provider: String, account: String) {
        self.provider = provider
        self.account = account
    }
}
