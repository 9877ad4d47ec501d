package import PosternConfig
package import PosternCore
package import PosternFetch

/// Talks to the token endpoints of providers over the web.
///
/// RFC 6749, RFC 7009. The client's secret is read anew each time, so that a changed one is used at once.
package struct OAuthClient: OAuthGateway {
    private let fetcher: Fetcher
    private let secrets: ClientSecretReader

    package init(fetcher: Fetcher, secrets: ClientSecretReader) {
        self.fetcher = fetcher
        self.secrets = secrets
    }

    package func exchange(
        code: Secret,
        verifier: Secret,
        redirectURL: String,
        with provider: OAuthProvider
    ) async throws(OAuthError) -> OAuthTokens {
        let fields: [(String, Secret)] = [
            ("grant_type", Secret("authorization_code".utf8)),
            ("code", code),
            ("redirect_uri", Secret(redirectURL.utf8)),
            ("code_verifier", verifier),
        ]
        return try TokenReply.tokens(await post(fields, to: provider.settings.tokenEndpoint, of: provider))
    }

    package func refresh(
        _ refreshToken: Secret,
        with provider: OAuthProvider
    ) async throws(OAuthError) -> OAuthTokens {
        let fields: [(String, Secret)] = [
            ("grant_type", Secret("refresh_token".utf8)), ("refresh_token", refreshToken),
        ]
        let answer = try await post(fields, to: provider.settings.tokenEndpoint, of: provider)
        do throws(OAuthError) { return try TokenReply.tokens(answer) } catch { throw TokenReply.ofRefreshing(error) }
    }

    package func account(
        of accessToken: Secret,
        with provider: OAuthProvider
    ) async throws(OAuthError) -> OAuthAccount? {
        guard let endpoint = provider.settings.accountEndpoint else { return nil }
        let answer = try await send(FormBody.bearer(accessToken), form: nil, to: endpoint, of: provider)
        return try AccountReply.account(answer, member: provider.settings.accountMember)
    }

    package func revoke(_ token: Secret, with provider: OAuthProvider) async throws(OAuthError) {
        guard let endpoint = provider.settings.revocationEndpoint else { return }
        try TokenReply.check(await post([("token", token)], to: endpoint, of: provider))
    }

    /// Sends a form as the client that we are.
    private func post(
        _ fields: [(String, Secret)],
        to endpoint: String,
        of provider: OAuthProvider
    ) async throws(OAuthError) -> FetchAnswer {
        let settings = provider.settings
        var fields = fields
        var authorization: Secret?
        switch settings.clientAuthentication {
        case .basic:
            authorization = FormBody.basic(user: settings.clientID, password: try await secret(of: settings))
        case .post:
            fields.append(("client_id", Secret(settings.clientID.utf8)))
            fields.append(("client_secret", try await secret(of: settings)))
        case .none:
            fields.append(("client_id", Secret(settings.clientID.utf8)))
        }
        return try await send(authorization, form: FormBody.text(fields), to: endpoint, of: provider)
    }

    private func secret(of settings: OAuthClientSettings) async throws(OAuthError) -> Secret {
        guard let reference = settings.clientSecret else { throw .misconfigured(reason: "it has no client secret") }
        let secrets = secrets
        let result = await BlockingWork.run {
            do throws(ConfigError) { return Result<Secret, ConfigError>.success(try secrets.read(reference)) } catch {
                return .failure(error)
            }
        }
        do throws(ConfigError) { return try result.get() } catch {
            throw .misconfigured(reason: "its client secret cannot be read: \(error.reason)")
        }
    }

    private func send(
        _ authorization: Secret?,
        form: Secret?,
        to endpoint: String,
        of provider: OAuthProvider
    ) async throws(OAuthError) -> FetchAnswer {
        guard let url = WebURL(endpoint) else { throw .misconfigured(reason: "its endpoint is no address") }
        // What is dialled for the provider's own hosts has nothing to do with where its tokens come from.
        var network = provider.network
        network.fixedAddress = nil
        // The operator who wrote it meant this machine.
        if url.isLoopback { network.allowsPrivateAddresses = true }
        let request = FetchRequest(url: url, network: network, authorization: authorization, form: form)
        do throws(FetchError) { return try await fetcher.fetch(request) } catch {
            throw .unreachable(reason: error.reason)
        }
    }
}
