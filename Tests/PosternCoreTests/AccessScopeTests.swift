import Testing

@testable import PosternCore

@Suite struct AccessScopeTests {
    @Test(
        "a verb implies those before it, on the same instance or all",
        arguments: [
            ("agents:read", "agents:read", true), ("agents:write", "agents:read", true),
            ("agents:admin", "agents:write", true), ("agents:read", "agents:write", false),
            ("agents:admin", "grants:read", false), ("grants:read", "grants:read:g1", true),
            ("grants:read:g1", "grants:read", false), ("grants:write:g1", "grants:read:g1", true),
            ("grants:read:g1", "grants:read:g2", false), ("proxy:execute", "proxy:execute", true),
            ("agents:admin", "proxy:execute", false), ("proxy:execute", "agents:read", false),
            ("proxy:execute", "tokens:retrieve", false),
        ]
    )
    func implies(_ granted: String, _ wanted: String, _ expected: Bool) {
        #expect(AccessScope.list([granted], implies: wanted) == expected)
    }

    @Test(
        "what is no scope is implied by nothing, not even by all",
        arguments: [
            "", "*", "*:*", "agents", "agents:*", "agents:own", "agents:read:", "agents:read:*", "nobody:read",
            "proxy:execute:x", " agents:read", "AGENTS:read",
        ]
    )
    func unknown(_ text: String) {
        #expect(!AccessScope.list(nil, implies: text))
        #expect(!AccessScope.list([text] + AccessScope.all, implies: text))
    }

    @Test("no list is all that there are, and an empty one nothing")
    func extremes() {
        #expect(AccessScope.all.allSatisfy { AccessScope.list(nil, implies: $0) })
        #expect(AccessScope.all.allSatisfy { !AccessScope.list([], implies: $0) })
    }
}
