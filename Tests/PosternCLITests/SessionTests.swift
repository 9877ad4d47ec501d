import PosternCLI
import PosternCommand
import PosternControl
import Testing

@Suite("A command")
struct SessionTests {
    @Test(
        "finds the socket that was named, else the one of the state directory",
        arguments: [
            ("/a", "/b", ["POSTERN_CONTROL_SOCKET": "/c"], "/a"),
            (nil, "/b", ["POSTERN_CONTROL_SOCKET": "/c"], "/b/control.sock"),
            (nil, nil, ["POSTERN_CONTROL_SOCKET": "/c"], "/c"),
            (nil, nil, ["POSTERN_CONTROL_SOCKET": ""], "/var/lib/postern/control.sock"),
        ] as [(String?, String?, [String: String], String)]
    )
    func sockets(socket: String?, stateDirectory: String?, environment: [String: String], path: String) {
        let found = ControlSocket.path(socket: socket, stateDirectory: stateDirectory, environment: environment)
        #expect(found == path)
    }

    @Test(
        "that does not exist is told from one that does",
        arguments: [
            (["agent", "list"], nil), ([], nil), (["--version"], nil), (["agent", "--help"], nil),
            (["agent", "show", "agnet"], nil), (["agnet", "list"], "did you mean `postern agent`?"),
            (["agent", "lsit"], "did you mean `postern agent list`?"), (["frobnicate"], "see `postern --help`"),
        ] as [([String], String?)]
    )
    func commands(arguments: [String], hint: String?) {
        let tree = CommandTree("postern", [CommandTree("agent", [CommandTree("list", []), CommandTree("show", [])])])
        let failure = tree.failure(for: arguments)
        #expect(failure?.hint == hint)
        #expect(failure?.isUsage ?? true)
    }

    @Test(
        "says how long ago something was",
        arguments: [
            (0, "0 s ago"), (-59, "59 s ago"), (-61, "1 min ago"), (-7199, "1 h ago"), (-7200, "2 h ago"),
            (1, "in 1 s"), (7199, "in 2 h"), (863_999, "in 10 d"), (864_000, "in 10 d"),
        ]
    )
    func times(seconds: Int64, text: String) {
        #expect(Span.relative((1_000 + seconds) * 1_000_000_000, now: 1_000_000_000_000) == text)
    }

    @Test("shows a time that it cannot read as it is")
    func strangeTime() {
        #expect(When("soon", now: 0)?.long == "soon")
        #expect(When("1970-01-01T00:00:10+00:00", now: 0)?.long == "1970-01-01T00:00:10Z (in 10 s)")
        #expect(When(nil)?.long == nil)
    }
}
