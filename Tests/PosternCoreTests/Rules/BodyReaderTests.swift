import Foundation
import PosternCore
import PosternTestSupport
import Testing

/// Bodies that are judged to hold, as other readers see them.
@Suite("A body that holds")
struct BodyReaderTests {
    private static let names = [
        "model", "Model", "MODEL", "mod\\u0065l", "\\u006dodel", "mode\\u004c", "model\\u0000", "mo_del", "model ",
        "mode", "x", "",
        "m\\u006fdel", "models",
    ]
    private static let values = [
        #""small""#, #""large""#, #""sm\u0061ll""#, #""Small""#, "null", "1", #"["small"]"#, #"{"model":"small"}"#,
        #"{}"#, "true",
    ]

    /// What a reader that ignores letter case, blanks, `_` and what follows a NUL makes of a name.
    private func lenient(_ name: String) -> String {
        (name.split(separator: "\0", omittingEmptySubsequences: false).first.map(String.init) ?? "").lowercased()
            .filter { $0 != "_" && $0 != " " }
    }

    @Test("holds for strict readers, and leaves lenient ones no choice")
    func agreesWithOtherReaders() throws {
        var generator = SplitMix64(seed: 11)
        let rules = BodyRules(conditions: [try BodyRulesTests.condition("/model", BodyRulesTests.strings("small"))])
        var held = 0
        for _ in 0..<20_000 {
            let members = (0..<1 + generator.below(3)).map { _ in
                (name: generator.pick(Self.names), value: generator.pick(Self.values))
            }
            var body = Array("{\(members.map { "\"\($0.name)\":\($0.value)" }.joined(separator: ","))}".utf8)
            if generator.below(4) == 0 {
                let pieces = ["\"", "{", "}", ",", "\\u0000", "model", "/*", "//", "\u{feff}"].map { Array($0.utf8) }
                body = generator.mutate(body, times: 1, splicing: pieces)
            }
            let verdict = rules.judge(
                contentType: Array("application/json".utf8)[...],
                contentEncoding: nil,
                body: body
            )
            guard verdict == .holds else { continue }
            held += 1
            let text = String(decoding: body, as: UTF8.self)
            let object = try #require(try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any], "\(text)")
            #expect(object["model"] as? String == "small", "\(text)")
            #expect(object.keys.filter { lenient($0) == "model" }.count == 1, "\(text)")
        }
        #expect(held > 100)
    }
}
