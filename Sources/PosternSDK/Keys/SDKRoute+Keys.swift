internal import PosternAdmin
internal import PosternCore

extension SDKRoute {
    static let keys: [SDKRoute] = [
        SDKRoute(.post, "/sdk/keys/derive", .scope("keys:derive")) { try await $0.deriveKey() },
        SDKRoute(.post, "/sdk/keys/{key}/rotate", .scope("keys:admin")) { call in
            let days = try call.members { members throws(SDKRefusal) in
                try members.integer("overlap_days", in: 0...30) ?? 7
            }
            let key = try await call.reachableKey()
            try call.requireMayRotate(key)
            let minted = try await call.administration.rotateKey(
                key.id,
                overlapDays: days,
                by: call.caller.operator
            )
            return .minted(minted, JSONText.key(minted.key))
        },
        SDKRoute(.delete, "/sdk/keys/{key}", .scope("keys:admin"), query: ["force"]) { call in
            try call.expectNoMembers()
            let force = try call.flag("force")
            let key = try await call.reachableKey()
            let ended = try await call.administration.revokeKey(key.id, force: force, by: call.caller.operator)
            return .ok(.object(JSONText.key(ended)))
        },
    ]
}
