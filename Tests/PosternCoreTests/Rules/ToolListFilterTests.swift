import PosternCore
import PosternTestSupport
import Testing

@Suite("The filter of tool lists")
struct ToolListFilterTests {
    private static let rules = MCPRules(tools: [MCPTool(name: "a"), MCPTool(name: "c")], maxBytes: 4096)

    /// What comes out for a body that comes in pieces of a size; "refused" if it is.
    private func filtered(
        _ body: String,
        type: String? = "application/json",
        encoding: String? = nil,
        pieces: Int = .max,
        rules: MCPRules = ToolListFilterTests.rules
    ) -> String {
        var filter = ToolListFilter(
            rules,
            contentType: type.map { Array($0.utf8)[...] },
            contentEncoding: encoding.map { Array($0.utf8)[...] }
        )
        var output: [UInt8] = []
        var rest = Array(body.utf8)[...]
        do {
            while !rest.isEmpty {
                output += try filter.feed(rest.prefix(pieces))
                rest = rest.dropFirst(pieces)
            }
            output += try filter.finish()
        } catch {
            return "refused"
        }
        return String(decoding: output, as: UTF8.self)
    }

    private func answer(_ tools: String) -> String { #"{"jsonrpc":"2.0","id":1,"result":{"tools":["# + tools + "]}}" }

    private static let a = #"{"name":"a"}"#
    private static let b = #"{"name":"b", "inputSchema": {"x":[1,{"name":"a"}]}}"#
    private static let c = #"{"title":"C","name":"c"}"#

    @Test("takes out what may not be called, and its comma")
    func removesTools() {
        let (a, b, c) = (Self.a, Self.b, Self.c)
        for (given, expected) in [
            (a, a), (b, ""), ("\(a),\(b)", a), ("\(b),\(a)", a), ("\(b),\(b)", ""), ("\(a),\(b),\(c)", "\(a),\(c)"),
            ("\(b),\(a),\(b),\(b),\(c),\(b)", "\(a),\(c)"), ("\(b),\(b),\(a)", a), ("", ""),
        ] {
            for size in [1, 7, Int.max] { #expect(filtered(answer(given), pieces: size) == answer(expected)) }
        }
        #expect(filtered(answer(" \(b) , \(a) ")) == answer(" \(a) "))
        #expect(filtered(answer(" \(a)\n,\n\(b)\n")) == answer(" \(a)\n"))
    }

    @Test(
        "leaves everything else as it is",
        arguments: [
            "", " \n", "null", "1", #"{"jsonrpc" : "2.0","id":1.0,"result":{"content":[{"name":"b"}],"x":"\u0041"}}"#,
            "[]",
            #"{"result":{"capabilities":{"tools":{"listChanged":true}}}}"#,
            #"{"method":"sampling","params":{"tools":[{"name":"b"}]}}"#,
            #"{"error":{"code":1}}"#, #"{"result":{"tools":null}}"#, #"{"result":[{"name":"b"}]}"#,
            #"{"result":"tools"}"#,
        ]
    )
    func leavesOthers(body: String) { #expect(filtered(body) == body) }

    @Test("filters every message of a batch")
    func filtersBatches() {
        let list = answer("\(Self.a),\(Self.b)")
        #expect(filtered("[\(list), {\"id\":2} ,\(list)]") == "[\(answer(Self.a)), {\"id\":2} ,\(answer(Self.a))]")
    }

    @Test("takes out tools whose names are not plain")
    func removesUnclearTools() {
        for tool in [
            "1", "null", "[]", "{}", #"{"name":1}"#, #"{"Name":"a"}"#, #"{"name":"a","name":"b"}"#,
            #"{"name":"a","NAME":"b"}"#,
            #"{"name":"A"}"#, #"{"name":"a "}"#, #"{"name":"\u0062"}"#, #""a""#,
        ] {
            #expect(filtered(answer("\(tool),\(Self.a)")) == answer(Self.a))
        }
        #expect(filtered(answer(#"{"n\u0061me":"\u0061"}"#)) == answer(#"{"n\u0061me":"\u0061"}"#))
    }

    @Test("filters every member that could be read as the list")
    func filtersLookalikes() {
        #expect(
            filtered(
                #"{"result":{"tools":[{"name":"a"}],"TOOLS":[{"name":"b"}]},"Result":{"t\u006fols":[{"name":"b"}]}}"#
            )
                == #"{"result":{"tools":[{"name":"a"}],"TOOLS":[]},"Result":{"t\u006fols":[]}}"#
        )
    }

    @Test(
        "refuses what might hold a list that it cannot see",
        arguments: [
            "{", "\u{feff}{\"result\":{\"tools\":[{\"name\":\"b\"}]}}", #"{"result":{"tools":[{"name":"b"}]}}{}"#,
            "nonsense",
            #"{"result":{"tools":{"b":{"name":"b"}}}}"#, #"{"result":{"tools":"b"}}"#,
            #"[[{"result":{"tools":[{"name":"b"}]}}]]"#,
            #"{"result":{"tools":[{"name":"\ud800"}]}}"#, "{'result':{'tools':[]}}",
            "{\"pad\":\"" + String(repeating: "x", count: 4096) + "\"}",
        ]
    )
    func refusesTheUnseen(body: String) {
        #expect(filtered(body) == "refused")
        #expect(filtered(body, pieces: 1) == "refused")
    }

    @Test("refuses encoded answers and other charsets, unless they are empty")
    func refusesEncodings() {
        #expect(filtered(answer(Self.a), encoding: "gzip") == "refused")
        #expect(filtered(answer(Self.a), type: "application/json; charset=utf-16") == "refused")
        #expect(filtered("data: x\n\n", type: "text/event-stream; charset=latin1") == "refused")
        #expect(filtered("", encoding: "gzip") == "")
    }

    @Test(
        "takes answers of other types for what they look like",
        arguments: [nil, "text/plain", "text/html", "nonsense"]
    )
    func looksAtOtherTypes(type: String?) {
        let list = answer("\(Self.a),\(Self.b)")
        for size in [1, 5, Int.max] {
            #expect(filtered(" \n" + list, type: type, pieces: size) == " \n" + answer(Self.a))
            #expect(filtered("data: \(list)\n\n", type: type, pieces: size) == "data: \(answer(Self.a))\n\n")
            #expect(filtered("Not Found", type: type, pieces: size) == "Not Found")
            #expect(filtered("<html>\n\n<p>\n</html>", type: type, pieces: size) == "<html>\n\n<p>\n</html>")
            #expect(filtered(" ", type: type, pieces: size) == " ")
        }
        #expect(filtered("\u{feff}" + list, type: type) == "refused")
    }

    @Test("filters events, whatever ends their lines", arguments: ["\n", "\r", "\r\n"])
    func filtersEvents(end: String) {
        let list = answer("\(Self.a),\(Self.b)")
        let stream = [
            ": comment", "", "event: message", "id: 1", "data: \(list)", "retry: 5", "", "data:\(list)", "",
            "data: ping", "", "",
            "data: {\"id\":1}", "",
        ]
        let expected = stream.map { $0.replacing(list, with: answer(Self.a)) }.joined(separator: end) + end
        for size in [1, 2, 3, 50, Int.max] {
            #expect(filtered(stream.joined(separator: end) + end, type: "text/event-stream", pieces: size) == expected)
        }
    }

    @Test("joins the data lines of an event")
    func joinsDataLines() {
        let stream =
            "data: {\"result\":{\"tools\":\ndata: [{\"name\":\ndata:\"a\"},\nid: 7\ndata:   {\"name\":\"b\",\ndata\ndata: \"x\":1}]}}\n\n"
        for size in [1, 4, Int.max] {
            let output = filtered(stream, type: "text/event-stream; charset=utf-8", pieces: size)
            #expect(!output.contains("\"b\"") && output.contains("id: 7"))
            let data = output.split(separator: "\n").filter { $0.hasPrefix("data") }.map { line in
                let value = line.dropFirst(5)
                return value.first == " " ? value.dropFirst() : value
            }
            .joined(separator: "\n")
            #expect(data.filter { !$0.isWhitespace } == #"{"result":{"tools":[{"name":"a"}]}}"#)
        }
    }

    @Test("passes a whole event on before the next one comes")
    func doesNotHoldEvents() throws {
        for end in ["\n", "\r", "\r\n"] {
            var filter = ToolListFilter(
                Self.rules,
                contentType: Array("text/event-stream".utf8)[...],
                contentEncoding: nil
            )
            let event = Array("data: {}\(end)\(end)".utf8)
            for _ in 0..<3 {
                // With CR LF the event ends at the CR, and the LF follows.
                var output = try filter.feed(event.dropLast())
                output += try filter.feed(event.suffix(1))
                #expect(output.count >= event.count - 1)
            }
        }
    }

    @Test("filters an event that has no end")
    func filtersTheLastEvent() {
        let list = answer("\(Self.b),\(Self.a)")
        #expect(filtered("data: \(list)", type: "text/event-stream") == "data: \(answer(Self.a))")
        #expect(filtered("data: \(list)\n", type: "text/event-stream") == "data: \(answer(Self.a))\n")
        #expect(
            filtered("\u{feff}data: \(list)\n\n", type: "text/event-stream") == "\u{feff}data: \(answer(Self.a))\n\n"
        )
    }

    @Test(
        "refuses events that might hold a list that it cannot see",
        arguments: [
            "data: {\n\n", "data: [{\"result\"\n\n", "data: {\"result\":{\"tools\":1}}\n\n", "data:\u{feff}{}\n\n",
            "data: {}\ndata: {}\n\n", "data: {\"x\":\"" + String(repeating: "x", count: 4096),
            ": " + String(repeating: "x", count: 4096),
        ]
    )
    func refusesUnseenEvents(stream: String) {
        for size in [1, Int.max] { #expect(filtered(stream, type: "text/event-stream", pieces: size) == "refused") }
    }

    @Test("lets events pass that carry no JSON")
    func passesOtherEvents() {
        let stream = "event: endpoint\ndata: /messages?session=1\n\ndatax: {\"broken\n\ndata:\n\n"
        #expect(filtered(stream, type: "text/event-stream") == stream)
    }

    @Test("gives the same for every way in which a stream is cut")
    func isIndifferentToPieces() throws {
        var generator = SplitMix64(seed: 3)
        let pieces = [
            "data: ", "data:", "data", "\n", "\r", "\r\n", "\n\n", answer("\(Self.b),\(Self.a)"), "{\"result\":",
            "{\"tools\":[",
            Self.a, Self.b, ",", "]}}", ": c", "id: 1", "x",
        ]
        for _ in 0..<500 {
            let stream = (0..<generator.below(12)).map { _ in generator.pick(pieces) }.joined()
            let whole = filtered(stream, type: "text/event-stream")
            #expect(filtered(stream, type: "text/event-stream", pieces: 1) == whole)
            #expect(filtered(stream, type: "text/event-stream", pieces: 1 + generator.below(9)) == whole)
        }
    }

    @Test(
        "is needed for answers that may hold a list",
        arguments: [
            (#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#, true), ("", true), ("{", true),
            (#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}"#, false),
            (#"[{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}]"#, true),
            (#"{"jsonrpc":"2.0","id":1,"method":"tools/call","Method":"tools/list"}"#, true),
        ]
    )
    func isNeeded(request: String, expected: Bool) {
        #expect(MCPRules(tools: []).mayListTools(inAnswerTo: Array(request.utf8)) == expected)
        #expect(!MCPRules(tools: nil, methods: ["x"]).mayListTools(inAnswerTo: Array(request.utf8)))
    }
}
