import PosternCore
import Testing

@testable import PosternSDK

@Suite struct JSONTextTests {
    @Test(
        "values are written as JSON",
        arguments: [
            (.null, "null"), (.boolean(true), "true"), (.integer(-7), "-7"),
            (.text("a\"\\\n\u{1}é"), #""a\"\\\u000a\u0001é""#),
            (.list([.null, .integer(1)]), "[null,1]"),
            (.object([("b", .text("x")), ("a", .json("{}"))]), #"{"b":"x","a":{}}"#),
            (.secret(Secret(Array("k\"".utf8))), #""k\"""#),
            (.time(1_750_000_000_000_000_000), #""2025-06-15T15:06:40.000000Z""#),
        ] as [(JSONText, String)]
    )
    func written(_ value: JSONText, _ text: String) { #expect(String(decoding: value.bytes, as: UTF8.self) == text) }

    @Test("a policy is shown without the names of those who approve")
    func policy() {
        let text = #"{"requires_approval":{"approvers":["a@b.c","d@e.f"],"ttl_s":60},"methods":["GET"]}"#
        let shown = String(decoding: JSONText.policy(text).bytes, as: UTF8.self)
        #expect(shown == #"{"requires_approval":{"approvers_count":2,"ttl_s":60},"methods":["GET"]}"#)
    }
}
