import Testing

@testable import PosternSDK

@Suite struct SDKMembersTests {
    @Test(
        "a body that is no object, or names something twice, is refused",
        arguments: ["[]", "1", "x", #"{"a":1,"a":2}"#, #"{"a":{"b":1,"b":2}}"#]
    )
    func bodies(_ body: String) { #expect(throws: SDKRefusal.self) { try SDKMembers(body: Array(body.utf8)) } }

    @Test("members that nobody asked for are refused")
    func unknown() throws {
        var members = try SDKMembers(body: Array(#"{"a":"x","allowed_routes":["/*"]}"#.utf8))
        #expect(try members.text("a") == "x")
        #expect(throws: SDKRefusal.self) { try members.finish() }
    }

    @Test("null is as good as absent")
    func null() throws {
        var members = try SDKMembers(body: Array(#"{"a":null}"#.utf8))
        #expect(try members.text("a") == nil)
        let isThere = members.has("a")
        #expect(isThere)
    }

    @Test("another type is refused")
    func types() throws {
        var members = try SDKMembers(body: Array(#"{"n":1.5,"s":1,"l":["a",1],"o":[]}"#.utf8))
        #expect(throws: SDKRefusal.self) { try members.integer("n", in: 0...9) }
        #expect(throws: SDKRefusal.self) { try members.text("s") }
        #expect(throws: SDKRefusal.self) { try members.texts("l") }
        #expect(throws: SDKRefusal.self) { try members.object("o") }
        #expect(throws: SDKRefusal.self) { try members.boolean("s") }
        #expect(throws: SDKRefusal.self) { try members.secret("s") }
    }
}
