package import PosternCore

/// A token that Postern has forgotten, and its provider may forget too.
package struct ForgottenToken: Sendable {
    package let provider: OAuthProvider
    package let token: Secret

    /// Tells the providers of tokens, one after another, and goes on where one does not listen: nothing here uses them any more.
    package static func tell(_ gateway: any OAuthGateway) -> @Sendable ([ForgottenToken]) -> Void {
        { tokens in
            // Whoever forgot them is answered meanwhile; a provider may take its time.
            Task { for one in tokens { try? await gateway.revoke(one.token, with: one.provider) } }
        }
    }
}
