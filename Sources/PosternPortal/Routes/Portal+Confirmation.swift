internal import PosternCore

/// Where a browser says whether an account is to be kept that a provider has just let Postern into.
///
/// The token in it is in one answer alone, so no other port can read or set a cookie for this path.
struct ConfirmationPath {
    let token: Secret

    /// What both forms go to begins with it, and the cookie is for it.
    var path: String {
        "/connect/confirm/" + String(decoding: QueryParameters.encoded(Array(token.text.utf8)), as: UTF8.self)
    }
    var keep: String { path + "/keep" }
    var discard: String { path + "/discard" }
}

extension Portal {
    /// Asks whether an account is to be kept, in the answer to the browser that came back with it.
    func confirmationPage(_ confirmation: ConnectConfirmation, at time: Int64) -> PortalAnswer {
        let place = ConfirmationPath(token: confirmation.token)
        let cookie = PortalCookie.random()
        let page = ConfirmationPage(
            confirmation: confirmation,
            place: place,
            keepKey: formKeys.key(for: place.keep, cookie: cookie),
            discardKey: formKeys.key(for: place.discard, cookie: cookie),
            moments: MomentText(now: time)
        )
        return PortalAnswer(
            status: 200,
            content: .page(page.page),
            cookies: [PortalCookie.confirmation.setting(cookie, at: address, path: place.path)]
        )
    }

    /// Does what the browser says by `act`.
    func confirm(
        _ token: Secret,
        _ request: PortalRequest,
        by act: (Secret) async throws(PageRefusal) -> ConnectStep
    ) async throws(PageRefusal) -> PortalAnswer {
        guard request.confirmations.contains(where: { isOwnForm(request, cookie: $0) }) else { throw Portal.otherForm }
        let step: ConnectStep
        do { step = try await act(token) } catch { throw counted(error, from: request) }
        var answer = answer(to: step, at: request.receivedAt)
        let path = ConfirmationPath(token: token).path
        answer.cookies.append(PortalCookie.confirmation.setting(nil, at: address, path: path))
        return answer
    }
}
