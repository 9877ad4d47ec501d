import Foundation
import PosternCore
import PosternTestSupport
import Testing

/// Filtered answers, as other readers see them.
@Suite("A filtered list of tools")
struct ToolListReaderTests {
    private static let tools = [
        #"{"name":"a"}"#, #"{ "description" : "b" , "name" : "c" }"#, #"{"name":"b"}"#, #"{"name":"a\u0000"}"#,
        #"{"n":{"name":"a"}}"#,
        #"{"name":"b","x":[{"name":"a"},"]}"]}"#, #"{"name":"\u0061","y":"\"}]"}"#,
    ]
    private static let blanks = ["", "", " ", "\n", "\t ", "\r\n"]

    @Test("is JSON, and holds the tools that are allowed in their order")
    func agreesWithAnotherReader() throws {
        var generator = SplitMix64(seed: 13)
        let rules = MCPRules(tools: [MCPTool(name: "a"), MCPTool(name: "c")])
        for _ in 0..<3_000 {
            func blank() -> String { generator.pick(Self.blanks) }
            let chosen = (0..<generator.below(6)).map { _ in generator.pick(Self.tools) }
            let list = chosen.map { blank() + $0 + blank() }.joined(separator: ",")
            let json = "{\(blank())\"result\":{\"tools\":[\(list)\(chosen.isEmpty ? blank() : "")]},\"id\":1}"
            let expected = chosen.compactMap { tool -> String? in
                let name =
                    (try? JSONSerialization.jsonObject(with: Data(tool.utf8)) as? [String: Any])?["name"] as? String
                return name == "a" || name == "c" ? name : nil
            }
            #expect(try names(in: pass(json, type: "application/json", rules, &generator)) == expected, "\(json)")
            // The same in events, where each line end of the text begins another data line.
            let lines = json.replacing("\r\n", with: "\n").replacing("\n", with: "\r\ndata: ")
            let stream = try pass("data: \(lines)\r\n\r\n", type: "text/event-stream", rules, &generator)
            let data = stream.split(separator: "\r\n").map { line in
                line.hasPrefix("data: ") ? line.dropFirst(6) : line.dropFirst(5)
            }
            #expect(try names(in: data.joined(separator: "\n")) == expected, "\(stream)")
        }
    }

    private func pass(_ text: String, type: String, _ rules: MCPRules, _ generator: inout SplitMix64) throws -> String {
        var filter = ToolListFilter(rules, contentType: Array(type.utf8)[...], contentEncoding: nil)
        var rest = Array(text.utf8)[...]
        var output: [UInt8] = []
        while !rest.isEmpty {
            let size = 1 + generator.below(40)
            output += try filter.feed(rest.prefix(size))
            rest = rest.dropFirst(size)
        }
        return String(decoding: output + (try filter.finish()), as: UTF8.self)
    }

    private func names(in json: String) throws -> [String] {
        let answer = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        let result = try #require(answer["result"] as? [String: Any])
        return try #require(result["tools"] as? [[String: Any]]).compactMap { $0["name"] as? String }
    }
}
