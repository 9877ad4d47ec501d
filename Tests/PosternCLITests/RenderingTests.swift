import PosternCLI
import Testing

@Suite("Output")
struct RenderingTests {
    private let plain = Palette(isColoured: false)

    @Test("in a table is aligned, and no line ends in spaces")
    func tables() {
        let table = Table(["NAME", "STATUS"], [["a", "active"], ["longer-name", Table.Cell(nil)], ["b", ""]])
        #expect(table.text(plain) == "NAME         STATUS\na            active\nlonger-name  -\nb\n")
    }

    @Test("has colours around words, never around padding")
    func colours() {
        let table = Table(["A", "B"], [[Table.Cell("x", .good), "y"], ["long", "z"]])
        let expected = "\u{1b}[1mA\u{1b}[0m     \u{1b}[1mB\u{1b}[0m\n\u{1b}[32mx\u{1b}[0m     y\nlong  z\n"
        #expect(table.text(Palette(isColoured: true)) == expected)
    }

    @Test("shows no control character of a name")
    func names() {
        #expect(
            Table(["A"], [["\u{1b}[31mred\u{202e}"]]).text(plain).utf8.allSatisfy {
                $0 == 10 || (32..<127).contains($0)
            }
        )
        var facts = Facts()
        facts.add("name", "a\nb")
        facts.add("nothing", nil)
        facts.add("empty", [])
        facts.add("count", 3)
        #expect(facts.text(plain) == "name   a\\x0ab\ncount  3\n")
    }

    @Test("as JSON is ASCII, indented and sorted")
    func json() throws {
        let text = try JSONText.of(["b": "é\u{1f600}\u{1b}", "a": "x/y"])
        #expect(text == "{\n  \"a\" : \"x/y\",\n  \"b\" : \"\\u00e9\\ud83d\\ude00\\u001b\"\n}\n")
    }

    @Test(
        "has colours where people see them and do not mind",
        arguments: [
            ([:], true, true), ([:], false, false), (["NO_COLOR": "1"], true, false), (["NO_COLOR": ""], true, true),
            (["FORCE_COLOR": "1"], false, true), (["FORCE_COLOR": "0"], true, false),
            (["NO_COLOR": "1", "FORCE_COLOR": "1"], true, false), (["TERM": "dumb"], true, false),
            (["CLICOLOR": "0"], true, false),
        ] as [([String: String], Bool, Bool)]
    )
    func choosesColours(environment: [String: String], isTerminal: Bool, isColoured: Bool) {
        #expect(Palette(environment: environment, isTerminal: isTerminal) == Palette(isColoured: isColoured))
    }
}
