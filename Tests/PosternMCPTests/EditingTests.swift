import Testing

@testable import PosternMCP

@Suite struct EditingTests {
    private func edited(_ text: String, _ syntax: EditableDocument.Syntax, _ edits: [DocumentEdit]) throws -> String {
        let document = try EditableDocument(Array(text.utf8), syntax: syntax)
        return String(decoding: try document.edited(by: edits).bytes, as: UTF8.self)
    }

    private let server: [PathStep] = [.member("s"), .member("a")]

    @Test("a list grows in the form that it has")
    func grows() throws {
        let list: [PathStep] = server + [.member("args")]
        #expect(
            try edited(#"{"s": {"a": {"args": ["x", "y"]}}}"#, .jsonc, [.insert(into: list, at: 0, ["run", "--"])])
                == #"{"s": {"a": {"args": ["run", "--", "x", "y"]}}}"#
        )
        #expect(
            try edited(
                "{\"s\": {\"a\": {\"args\": [\r\n\t\t\"x\",\r\n\t]}}}",
                .jsonc,
                [.insert(into: list, at: 0, ["run", "--"])]
            )
                == "{\"s\": {\"a\": {\"args\": [\r\n\t\t\"run\",\r\n\t\t\"--\",\r\n\t\t\"x\",\r\n\t]}}}"
        )
        #expect(
            try edited(#"{"s": {"a": {"args": [ /* none */ ]}}}"#, .jsonc, [.insert(into: list, at: 0, ["run"])])
                == #"{"s": {"a": {"args": ["run" /* none */ ]}}}"#
        )
        #expect(
            try edited("[s.a]\nargs = [ # why\n  'x', # that\n]", .toml, [.insert(into: list, at: 0, ["run"])])
                == "[s.a]\nargs = [ # why\n  \"run\", 'x', # that\n]"
        )
    }

    @Test("a list grows before any of its elements")
    func growsWithin() throws {
        let edit = DocumentEdit.insert(into: server + [.member("args")], at: 1, ["new", "er"])
        #expect(
            try edited(#"{"s": {"a": {"args": ["x", "y"]}}}"#, .jsonc, [edit])
                == #"{"s": {"a": {"args": ["x", "new", "er", "y"]}}}"#
        )
        #expect(
            try edited("[s.a]\nargs = [\n  'x', # x\n  'y',\n]", .toml, [edit])
                == "[s.a]\nargs = [\n  'x', # x\n  \"new\",\n  \"er\",\n  'y',\n]"
        )
        #expect(throws: DocumentFault.self) { try edited(#"{"s": {"a": {"args": ["x"]}}}"#, .jsonc, [edit]) }
    }

    @Test("a list that is missing is written beside its neighbour")
    func adds() throws {
        let edit = DocumentEdit.addList(in: server, name: "args", beside: "command", ["run"])
        #expect(
            try edited("{\"s\": {\"a\": {\n  \"command\" : \"x\" // why\n}}}", .jsonc, [edit])
                == "{\"s\": {\"a\": {\n  \"command\" : \"x\",\n  \"args\" : [\"run\"] // why\n}}}"
        )
        #expect(
            try edited(#"{"s":{"a":{"command":"x",},}}"#, .jsonc, [edit])
                == #"{"s":{"a":{"command":"x","args":["run"],},}}"#
        )
        #expect(
            try edited("[s.a]\r\n  command = \"x\" # why\r\n", .toml, [edit])
                == "[s.a]\r\n  args = [\"run\"]\r\n  command = \"x\" # why\r\n"
        )
        #expect(
            try edited("s.a.command = 'x'", .toml, [edit]) == "s.a.args = [\"run\"]\ns.a.command = 'x'"
        )
        #expect(
            try edited("s = { a = { command = 'x' } }", .toml, [edit])
                == "s = { a = { args = [\"run\"], command = 'x' } }"
        )
        #expect(
            try edited("[s]\na = { command = 'x' }", .toml, [edit]) == "[s]\na = { args = [\"run\"], command = 'x' }"
        )
    }

    @Test(
        "of a text only what differs is written anew",
        arguments: [
            (#"{"s": "Bearer old"}"#, "Bearer new", #"{"s": "Bearer new"}"#),
            (#"{"s": "a\u0062c"}"#, "abd", #"{"s": "abd"}"#),
            (#"{"s": "old"}"#, "a\"b\\c\u{1}\u{e9}", #"{"s": "a\"b\\c\u0001é"}"#),
            (#"{"s": "{\"k\": \"old\"}"}"#, #"{"k": "new"}"#, #"{"s": "{\"k\": \"new\"}"}"#),
        ]
    )
    func texts(before: String, text: String, after: String) throws {
        #expect(try edited(before, .jsonc, [.text(at: [.member("s")], text)]) == after)
    }

    @Test(
        "strings of TOML keep their quotes where they can",
        arguments: [
            ("s = 'old' # c", "new", "s = 'new' # c"), ("s = 'old'", "it's", "s = \"it's\""),
            ("s = '''\nold'''", "new", "s = \"new\""),
            ("s = \"\"\"old\"\"\"", "new", "s = \"new\""), ("s = ''", "n", "s = 'n'"),
            ("\u{feff}s = 'old'", "new", "\u{feff}s = 'new'"),
            ("s = \"o\\u006cd\"", "new", "s = \"new\""),
        ]
    )
    func tomlTexts(before: String, text: String, after: String) throws {
        #expect(try edited(before, .toml, [.text(at: [.member("s")], text)]) == after)
    }

    @Test(
        "what is no JSON with comments is refused",
        arguments: [
            "", "{", "}", "{'a': 1}", "{a: 1}", "{\"a\" 1}", "{\"a\": }", "[1,,2]", "{,}", "[,]", "{\"a\": 01}",
            "{\"a\": tru}", "{} x",
            "/* open", "{\"a\": \"\n\"}", "{\"a\": \"\\x\"}", "{\"a\": \"\\ud800\"}", "{\"a\": \"\u{1}\"}", "# {}",
            "{\"a\": NaN}",
        ]
    )
    func refusedJSON(text: String) {
        #expect(throws: DocumentFault.self) { try EditableDocument(Array(text.utf8), syntax: .jsonc) }
    }

    @Test(
        "what is no TOML is refused",
        arguments: [
            "a", "a =", "= 1", "[a", "[a]\n[a]", "a = 1\na = 2", "a = {b = 1", "a = [1", "a = \"x", "a.b = 1\na = 2",
            "a.b = 1\n[a]", "[a.b]\n[a]\nb.c = 1", "a = {}\n[a.b]",
            "a = 1 b = 2", "[a]x",
        ]
    )
    func refusedTOML(text: String) {
        #expect(throws: DocumentFault.self) { try EditableDocument(Array(text.utf8), syntax: .toml) }
    }

    @Test("bytes that are not UTF-8, too many and too deep are refused")
    func limits() {
        let document = { (bytes: [UInt8]) in try EditableDocument(bytes, syntax: .jsonc) }
        #expect(throws: DocumentFault.self) { try document(Array("{\"a\": \"".utf8) + [0xff] + Array("\"}".utf8)) }
        #expect(throws: DocumentFault.self) {
            try document([UInt8](repeating: 0x20, count: 4 << 20) + Array("{}".utf8))
        }
        let deep = String(repeating: "[", count: 66) + String(repeating: "]", count: 66)
        #expect(throws: DocumentFault.self) { try document(Array(deep.utf8)) }
        #expect(throws: DocumentFault.self) { try EditableDocument(Array("a = \(deep)".utf8), syntax: .toml) }
        let fine = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        #expect(throws: Never.self) { try document(Array(fine.utf8)) }
    }

    @Test("an edit of what is not there, or there twice, is refused")
    func wrongPaths() throws {
        let edit = DocumentEdit.text(at: [.member("a")], "x")
        for text in [#"{"b": "y"}"#, #"{"a": 1}"#, #"{"a": "y", "a": "z"}"#, #"["a"]"#] {
            #expect(throws: DocumentFault.self) { try edited(text, .jsonc, [edit]) }
        }
    }
}
