import PosternCore
import Testing

/// A request that the client library signed, at a fixed time and with nonces that count.
struct Vector: Sendable, CustomTestStringConvertible {
    static let key = "alter_key_app_" + String(repeating: "A", count: 36)
    static let seconds: Int64 = 1_750_000_000

    let name: String
    let method: Method
    let path: String
    let query: String?
    let body: String
    let nonce: String
    let digest: String
    let signature: String
    let second: String?
    let more: [(String, String)]

    var testDescription: String { name }

    var request: ServiceRequest {
        var fields = [
            ("x-api-key", Vector.key), ("x-alter-timestamp", "\(Vector.seconds)"), ("x-alter-nonce", nonce),
            ("x-alter-content-sha256", digest), ("x-alter-signature", signature),
        ]
        if let second { fields.append(("x-alter-signature-v2", second)) }
        return ServiceRequest(
            id: "01J2N9XQ4E8T7Y6R5W3V2B1C0D",
            method: method,
            path: path,
            query: query,
            fields: fields + more,
            body: Array(body.utf8),
            peer: Peer(origin: .process(userID: 1, processID: 1)),
            receivedAt: 0
        )
    }

    static let all = [
        Vector(
            name: "a plain request",
            method: .get,
            path: "/sdk/agents/me",
            query: nil,
            body: "",
            nonce: "00000000000000000000000000000001",
            digest: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            signature: "4a12229480949c0c5b87fd3f587a17a3d545d1663613a479b9e42df5e4b13de7",
            second: nil,
            more: []
        ),
        Vector(
            name: "a body",
            method: .post,
            path: "/sdk/agents",
            query: nil,
            body: "{\"name\":\"a\",\"type\":\"agent\",\"scopes\":{}}",
            nonce: "00000000000000000000000000000002",
            digest: "1ac5b7eadf5562cb8cb7b09c876922a931c072270dc49e265aff1063aea1329e",
            signature: "f2a6adf420e54607048b9488d0981beb8dfa3cef4993e2273331380851ad31b7",
            second: nil,
            more: []
        ),
        Vector(
            name: "a query that is not sorted",
            method: .patch,
            path: "/sdk/agents/x",
            query: "grace_seconds=0&expected_version=3",
            body: "{}",
            nonce: "00000000000000000000000000000003",
            digest: "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
            signature: "a22af1f24153829784a0e4797263f3d6c12d428e0adb6aa3194627ff29138a6b",
            second: nil,
            more: []
        ),
        Vector(
            name: "a query of blanks, repeats and what has no value",
            method: .get,
            path: "/sdk/agents",
            query: "name=a+b%20c&b=&a&b=1&b=0&&z=~-._*/é",
            body: "",
            nonce: "00000000000000000000000000000004",
            digest: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            signature: "f6d70d4665cf461676e0d82a26bdd2a0b732cfd2d06519be2518eadea859351d",
            second: nil,
            more: []
        ),
        Vector(
            name: "a query of empty parts",
            method: .get,
            path: "/sdk/agents",
            query: "&&",
            body: "",
            nonce: "00000000000000000000000000000005",
            digest: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            signature: "debf7d9e4aceb8ef6118f800adfeeadf7984d73f612fb0fe1a75eb199f03c5f7",
            second: nil,
            more: []
        ),
        Vector(
            name: "an empty query",
            method: .get,
            path: "/sdk/agents",
            query: "",
            body: "",
            nonce: "00000000000000000000000000000006",
            digest: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            signature: "32ef0b33c95ab9cd3891d863bad07e5799cc366fe81a3e7b656b80e5640da0ea",
            second: nil,
            more: []
        ),
        Vector(
            name: "a path that is encoded",
            method: .get,
            path: "/sdk/managed-secrets/ms%3Aa%20b%C3%A9/grants",
            query: nil,
            body: "",
            nonce: "00000000000000000000000000000007",
            digest: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            signature: "372660f5f09cc3db288c757231a1d83212e489c885bf65d2f260de56959c791d",
            second: nil,
            more: []
        ),
        Vector(
            name: "scope constraints",
            method: .post,
            path: "/sdk/proxy",
            query: nil,
            body: "{}",
            nonce: "00000000000000000000000000000008",
            digest: "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
            signature: "ac50e77062b27dacfeb9f2c40c9e7384fa36306108e85d92611c036313418d48",
            second: nil,
            more: [("x-alter-scope-constraints", "proxy:execute,grants:read")]
        ),
        Vector(
            name: "a caller",
            method: .post,
            path: "/sdk/proxy",
            query: nil,
            body: "{}",
            nonce: "00000000000000000000000000000009",
            digest: "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
            signature: "446325bf0bf5e7d2ea1021c27e7c34add39400db4a2550eac69e8025911154da",
            second: "446325bf0bf5e7d2ea1021c27e7c34add39400db4a2550eac69e8025911154da",
            more: [("x-alter-caller", "research-bot"), ("x-alter-caller-type", "agent")]
        ),
        Vector(
            name: "an actor and a context",
            method: .post,
            path: "/sdk/proxy",
            query: nil,
            body: "{}",
            nonce: "0000000000000000000000000000000a",
            digest: "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
            signature: "91f300f7efa2cad0b02ae877109d0f65e484a6df4becbabb16710d40f24a1c3b",
            second: "91f300f7efa2cad0b02ae877109d0f65e484a6df4becbabb16710d40f24a1c3b",
            more: [
                ("x-alter-caller", "research-bot"), ("x-alter-caller-type", "agent"),
                ("x-alter-actor-id", "6b0f4f6e-0c39-4f39-9d0a-2f6a0d1f8a11"),
                ("x-alter-context", "{\"run_id\":\"r1\",\"role\":\"research\"}"),
            ]
        ),
        Vector(
            name: "a context alone",
            method: .post,
            path: "/sdk/proxy",
            query: nil,
            body: "{}",
            nonce: "0000000000000000000000000000000b",
            digest: "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
            signature: "1daf99adbef9cd8f19cea7530834f27c107e2aa4461b447e813a83255b6bdaae",
            second: "1daf99adbef9cd8f19cea7530834f27c107e2aa4461b447e813a83255b6bdaae",
            more: [("x-alter-context", "{\"run_id\":\"r1\"}")]
        ),
        Vector(
            name: "everything",
            method: .post,
            path: "/sdk/token",
            query: "x=1",
            body: "{\"a\":1}",
            nonce: "0000000000000000000000000000000c",
            digest: "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862",
            signature: "24821002ffa7971e8c11412c3758337bd2a7c86badfa9cb5e7fd64e0db51ff69",
            second: "24821002ffa7971e8c11412c3758337bd2a7c86badfa9cb5e7fd64e0db51ff69",
            more: [
                ("x-alter-caller", "research-bot"), ("x-alter-caller-type", "agent"),
                ("x-alter-context", "{\"run_id\":\"r1\"}"), ("x-alter-scope-constraints", "tokens:retrieve"),
                ("x-alter-request-rule", "eyJydWxlX3R5cGUiOiJqc29uX21hdGNoIn0"),
            ]
        ),
    ]
}
