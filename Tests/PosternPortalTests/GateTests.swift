import HTTPTypes
import HummingbirdCore
import NIOCore
import Testing

@testable import PosternPortal

@Suite struct GateTests {
    private static let own = "http://127.0.0.1:3129"
    private static let ownForm: [(String, String)] = [
        ("Origin", own), ("Content-Type", "application/x-www-form-urlencoded"),
    ]

    @Test("a page is opened as a browser opens it")
    func pages() async throws {
        let request = try await admit(fields: [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Dest", "document")])
        #expect(request.segments == ["login"])
        #expect(request.query == ["code": "a"])
        #expect(request.isFromElsewhere)
        let form = try await admit(.post, body: "code=x+y", fields: GateTests.ownForm)
        #expect(form.form == ["code": "x y"])
    }

    @Test(
        "another host is none of ours",
        arguments: [
            "evil.test:3129", "127.0.0.1", "127.0.0.1:3130", "localhost:3129", "127.0.0.1:3129.evil.test",
            "127.0.0.1:3129/#", "x@127.0.0.1:3129", "", nil,
        ]
    )
    func hosts(_ host: String?) async {
        await #expect(throws: GateRefusal.wrongHost) { try await admit(host: host) }
    }

    @Test("a second host is not overlooked")
    func twoHosts() async {
        await #expect(throws: GateRefusal.wrongHost) { try await admit(fields: [("Host", "evil.test")]) }
    }

    @Test(
        "a form comes from ourselves, and says so",
        arguments: ["http://evil.test", "null", "https://127.0.0.1:3129", nil]
    )
    func origins(_ origin: String?) async {
        var fields = [GateTests.ownForm[1]]
        if let origin { fields.append(("Origin", origin)) }
        await #expect(throws: GateRefusal.fromAnotherSite) { try await admit(.post, body: "a=b", fields: fields) }
    }

    @Test("a browser that says otherwise is believed", arguments: ["cross-site", "same-site", "none"])
    func fetchSite(_ site: String) async {
        await #expect(throws: GateRefusal.fromAnotherSite) {
            try await admit(.post, body: "a=b", fields: GateTests.ownForm + [("Sec-Fetch-Site", site)])
        }
    }

    @Test(
        "no page is a part of another",
        arguments: ["iframe", "frame", "embed", "object", "image", "script", "empty"]
    )
    func parts(_ destination: String) async {
        await #expect(throws: GateRefusal.notOpenedAsPage) {
            try await admit(fields: [("Sec-Fetch-Dest", destination)])
        }
    }

    @Test(
        "there are two methods",
        arguments: [HTTPRequest.Method.put, .delete, .patch, .options, .head, .trace, .connect]
    )
    func methods(_ method: HTTPRequest.Method) async {
        await #expect(throws: GateRefusal.wrongMethod) { try await admit(method) }
    }

    @Test(
        "a form is a form",
        arguments: [
            ("text/plain", "a=b"), ("application/json", "{}"), ("multipart/form-data; boundary=x", "--x"), (nil, "a=b"),
            ("application/x-www-form-urlencoded", "a=%ff"), ("application/x-www-form-urlencoded", "a=1&a=2"),
        ] as [(String?, String)]
    )
    func forms(_ type: String?, _ body: String) async {
        var fields = [GateTests.ownForm[0]]
        if let type { fields.append(("Content-Type", type)) }
        await #expect(throws: GateRefusal.malformed) { try await admit(.post, body: body, fields: fields) }
    }

    @Test("a form is no larger than it has to be")
    func large() async throws {
        let limit = PortalGate.maxFormBytes
        let whole = String(repeating: "a", count: limit)
        #expect(try await admit(.post, body: whole, fields: GateTests.ownForm).form.count == 1)
        await #expect(throws: GateRefusal.tooLarge) {
            try await admit(.post, body: whole + "a", fields: GateTests.ownForm)
        }
    }

    @Test(
        "a target is read one way",
        arguments: ["http://evil.test/login", "/login#x", "//evil.test/login", "/a/../login", "*"]
    )
    func targets(_ target: String) async {
        await #expect(throws: GateRefusal.noSuchPage) { try await admit(target: target) }
    }

    private func admit(
        _ method: HTTPRequest.Method = .get,
        target: String = "/login?code=a",
        host: String? = "127.0.0.1:3129",
        body: String = "",
        fields: [(String, String)] = []
    ) async throws -> PortalRequest {
        let address = try #require(PortalAddress(GateTests.own))
        var head = HTTPRequest(method: method, scheme: "http", authority: host, path: target)
        for (name, value) in fields {
            head.headerFields.append(HTTPField(name: try #require(HTTPField.Name(name)), value: value))
        }
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(string: body)))
        return try await PortalGate(address: address).admit(request, peer: "127.0.0.1")
    }
}
