import Testing

@testable import PosternSDK

@Suite struct CallContextTests {
    @Test(
        "a context is an object of so many strings of such a length",
        arguments: [
            #"{}"#, #"{"run_id":"r1","agent":"a"}"#, object(20, name: 64, value: 100), object(1, name: 1, value: 512),
        ]
    )
    func good(_ text: String) throws { #expect(try CallContext.read(text) == text) }

    @Test(
        "any other is refused",
        arguments: [
            "x", "[]", #""a""#, #"{"a":1}"#, #"{"a":null}"#, #"{"a":{"b":"c"}}"#, #"{"a":"1","a":"2"}"#,
            #"{"a":"1"} "x""#, object(21, name: 2, value: 1), object(1, name: 65, value: 1),
            object(1, name: 1, value: 513), object(9, name: 10, value: 500),
        ]
    )
    func bad(_ text: String) {
        let refusal = #expect(throws: SDKRefusal.self) { try CallContext.read(text) }
        #expect(refusal?.code == "context_invalid")
    }

    @Test("none is none") func none() throws { #expect(try CallContext.read(nil) == nil) }

    private static func object(_ count: Int, name: Int, value: Int) -> String {
        let members = (0..<count).map { number in
            let start = String(number)
            let padding = String(repeating: "n", count: max(0, name - start.count))
            return "\"\(start + padding)\":\"\(String(repeating: "v", count: value))\""
        }
        return "{\(members.joined(separator: ","))}"
    }
}
