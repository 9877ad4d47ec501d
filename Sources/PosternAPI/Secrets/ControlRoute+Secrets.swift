internal import PosternAdmin
internal import PosternControl
internal import PosternCore

extension ControlRoute {
    static let secrets: [ControlRoute] = [
        ControlRoute(.get, "/v1/secrets", query: ControlPage.parameters + ["include_revoked"]) { call in
            let page = try ControlPage(call.query)
            let secrets = try await call.administration.secrets(includingRevoked: call.flag("include_revoked"))
            return .ok(page.answer(cutting: secrets) { SecretAnswer($0) })
        },
        ControlRoute(.post, "/v1/secrets") { call in
            let new = try call.members { members throws(ControlRefusal) in try NewSecret(&members) }
            let secret = try await call.administration.createSecret(new, by: call.operator)
            return .created(await call.describe(secret))
        },
        ControlRoute(.get, "/v1/secrets/{secret}") { call in
            let (secret, versions) = try await call.administration.secret(call.parameter("secret"))
            return .ok(SecretAnswer(secret, versions: versions))
        },
        ControlRoute(.patch, "/v1/secrets/{secret}") { call in
            let change = try call.members { members throws(ControlRefusal) in try SecretChange(&members) }
            let name = try call.parameter("secret")
            let secret = try await call.administration.updateSecret(name, change, by: call.operator)
            return .ok(await call.describe(secret))
        },
        ControlRoute(.post, "/v1/secrets/{secret}/rotate") { call in
            let rotation = try call.members { members throws(ControlRefusal) in try SecretRotation(&members) }
            let secret = try await call.administration.rotateSecret(
                call.parameter("secret"),
                values: rotation.values,
                inputs: rotation.inputs,
                overlap: rotation.overlap,
                by: call.operator
            )
            return .ok(await call.describe(secret))
        },
        ControlRoute(.post, "/v1/secrets/{secret}/rollback") { call in
            try call.expectNoMembers()
            let name = try call.parameter("secret")
            return .ok(await call.describe(try await call.administration.rollbackSecret(name, by: call.operator)))
        },
        ControlRoute(.post, "/v1/secrets/{secret}/revoke") { call in
            try call.expectNoMembers()
            let name = try call.parameter("secret")
            return .ok(await call.describe(try await call.administration.revokeSecret(name, by: call.operator)))
        },
    ]
}

extension ControlCall {
    /// A secret that was just changed, with its versions if they can be read: the change stands in any case.
    fileprivate func describe(_ secret: StoredSecret) async -> SecretAnswer {
        SecretAnswer(secret, versions: try? await administration.secret(secret.id).versions)
    }
}
