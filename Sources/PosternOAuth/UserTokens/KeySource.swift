internal import PosternCore
internal import PosternFetch

/// Fetches the keys of an identity provider.
struct KeySource: Sendable {
    let settings: UserTokenSettings
    let fetcher: Fetcher

    /// The keys as they are now.
    func keys() async throws(UserTokenError) -> KeySet {
        guard let keys = try await fetch(try await url()).body.withJSON({ KeySet($0) }) else {
            throw .unavailable(reason: "what is where its keys should be is no key set")
        }
        return keys
    }

    /// Where the keys are.
    ///
    /// OpenID Connect Discovery section 4.
    private func url() async throws(UserTokenError) -> WebURL {
        if let url = settings.keysURL.flatMap({ WebURL($0) }) { return url }
        let issuer = settings.issuer.hasSuffix("/") ? String(settings.issuer.dropLast()) : settings.issuer
        guard let place = WebURL("\(issuer)/.well-known/openid-configuration") else {
            throw .unavailable(reason: "its issuer is no address")
        }
        let found = try await fetch(place).body.withJSON { document -> WebURL? in
            // Somebody else's document would name somebody else's keys.
            guard document["issuer"]?.text(atMost: 2048) == settings.issuer else { return nil }
            return document["jwks_uri"]?.text(atMost: 2048).flatMap { WebURL($0) }
        }
        guard let found else { throw .unavailable(reason: "its discovery document does not say where its keys are") }
        return found
    }

    private func fetch(_ url: WebURL) async throws(UserTokenError) -> FetchAnswer {
        let answer: FetchAnswer
        do throws(FetchError) {
            answer = try await fetcher.fetch(FetchRequest(url: url, network: settings.network))
        } catch {
            throw .unavailable(reason: error.reason)
        }
        guard answer.status == 200 else { throw .unavailable(reason: "it answered \(answer.status)") }
        return answer
    }
}
