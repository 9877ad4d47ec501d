import PosternCore
import Testing

@testable import PosternSDK

@Suite struct RequestSignatureTests {
    @Test("what the client library signs is verified", arguments: Vector.all)
    func vectors(_ vector: Vector) throws { try verify(vector.request) }

    @Test("the path is signed decoded, so another encoding of it is the same request")
    func encodings() throws {
        let vector = try #require(Vector.all.first)
        try verify(changed(vector.request, path: "/sdk/%61gents/m%65"))
    }

    @Test("whatever is changed on the way is refused", arguments: Vector.all)
    func changes(_ vector: Vector) {
        let request = vector.request
        var others = [
            changed(request, path: request.path + "x"), changed(request, query: (request.query ?? "") + "&zz=1"),
            changed(request, method: request.method == .delete ? .get : .delete),
            changed(request, body: request.body + [0x20]),
        ]
        for field in request.fields {
            let rest = request.fields.filter { $0.name != field.name }
            others.append(changed(request, fields: rest + [(field.name, field.value + "0")]))
            if field.name != "x-alter-signature-v2" { others.append(changed(request, fields: rest)) }
        }
        for name in ["x-alter-caller", "x-alter-context", "x-alter-scope-constraints", "x-alter-request-rule"]
        where request.values(of: name).isEmpty {
            others.append(changed(request, fields: request.fields + [(name, "x")]))
        }
        for other in others {
            #expect(throws: SDKRefusal.self) { try verify(other) }
        }
    }

    @Test("a field that stands twice is refused", arguments: ["x-api-key", "x-alter-nonce", "x-alter-signature"])
    func twice(_ name: String) throws {
        let request = try #require(Vector.all.first).request
        let field = try #require(request.fields.first { $0.name == name })
        #expect(throws: SDKRefusal.self) { try verify(changed(request, fields: request.fields + [field])) }
    }

    @Test(
        "a time too far from ours is refused, on both sides",
        arguments: [(-300, true), (300, true), (-301, false), (301, false), (86_400, false)]
    )
    func time(_ offset: Int64, _ isRight: Bool) throws {
        let signature = RequestSignature(fields: try SignedFields(try #require(Vector.all.first).request))
        let now = (Vector.seconds + offset) * 1_000_000_000
        let isRefused = (try? signature.checkTime(now: now, skew: .seconds(300))) == nil
        #expect(isRefused != isRight)
    }

    @Test(
        "a nonce is 32 hexadecimal digits in lower case",
        arguments: [
            "", "0", String(repeating: "A", count: 32), String(repeating: "g", count: 32),
            "00000000000000000000000000000001 ",
        ]
    )
    func nonce(_ text: String) throws {
        let request = try #require(Vector.all.first).request
        let others = request.fields.filter { $0.name != "x-alter-nonce" }
        #expect(throws: SDKRefusal.self) {
            let fields = try SignedFields(changed(request, fields: others + [("x-alter-nonce", text)]))
            _ = try RequestSignature(fields: fields).nonceDigest(of: KeyDigest(ofKey: []))
        }
    }

    private func verify(_ request: ServiceRequest) throws {
        let path = try #require(SignedPath(request.path))
        let query = try #require(SignedQuery(request.query))
        let signature = RequestSignature(fields: try SignedFields(request))
        try signature.verify(request.method, path: path, query: query)
        try signature.verify(body: request.body)
    }

    private func changed(
        _ request: ServiceRequest,
        method: PosternCore.Method? = nil,
        path: String? = nil,
        query: String? = nil,
        fields: [(name: String, value: String)]? = nil,
        body: [UInt8]? = nil
    ) -> ServiceRequest {
        ServiceRequest(
            id: request.id,
            method: method ?? request.method,
            path: path ?? request.path,
            query: query ?? request.query,
            fields: fields ?? request.fields,
            body: body ?? request.body,
            peer: request.peer,
            receivedAt: 0
        )
    }
}
