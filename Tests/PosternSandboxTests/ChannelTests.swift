import CLinux
import Glibc
import Testing

@testable import PosternSandbox

/// A daemon of one answer, at a socket in a directory of its own.
private final class StandIn {
    let path: String
    private let directory: String
    private let listener: CInt

    init() throws {
        // Not in a longer TMPDIR: the path of a socket has 107 bytes.
        var template = Array("/tmp/postern-channel-XXXXXX".utf8CString)
        directory = try #require(mkdtemp(&template).map { String(cString: $0) })
        path = directory + "/run.sock"
        var made = postern_file()
        listener = postern_listen_packets(path, 0o600, 8, &made)
        try #require(listener >= 0)
    }

    deinit {
        stop()
        unlink(path)
        rmdir(directory)
    }

    /// Leaves the socket's file behind, with nobody at it.
    func stop() { close(listener) }

    /// Takes the connection that is there; `nil` sends nothing before it is closed.
    func answer(_ bytes: [UInt8]?) {
        let client = accept(listener, nil, nil)
        guard let bytes else {
            close(client)
            return
        }
        #expect(postern_send(client, bytes, bytes.count) == bytes.count)
        waiting = client
    }

    /// What the other side has asked.
    func asked() throws -> RunRequest {
        var bytes = [UInt8](repeating: 0, count: RunRequest.maxBytes)
        let count = recv(waiting, &bytes, bytes.count, CInt(MSG_DONTWAIT))
        close(waiting)
        return try RunAnswer.decode(Array(bytes[..<max(count, 0)]))
    }

    private var waiting: CInt = -1
}

private func refusal(_ body: () throws(RunAnswer.Refusal) -> Void) -> RunAnswer.Refusal? {
    do throws(RunAnswer.Refusal) {
        try body()
        return nil
    } catch { return error }
}

@Suite("RunChannel")
struct ChannelTests {
    @Test("it asks for the agent, and reads the answer")
    func describes() throws {
        let daemon = try StandIn()
        let channel = try RunChannel(path: daemon.path)
        let answer = RunDescription(agent: "bot", authority: nil, placeholders: [], baseURLs: [], hidden: ["/x"])
        daemon.answer(RunAnswer.encode(answer))
        #expect(try channel.describe("bot-id") == answer)
        #expect(try daemon.asked() == RunRequest(.describe, agent: "bot-id"))
    }

    @Test("refusals, rubbish and silence are told apart")
    func failures() throws {
        let refused = RunAnswer.Refusal("not_allowed", "no", hint: "ask")
        let cases: [([UInt8]?, String)] = [
            (RunAnswer.encode(refused), "not_allowed"), (Array("hello".utf8), "not_an_answer"),
            (RunAnswer.taken, "not_an_answer"),
        ]
        for (answer, code) in cases {
            let daemon = try StandIn()
            let channel = try RunChannel(path: daemon.path)
            daemon.answer(answer)
            #expect(refusal { () throws(RunAnswer.Refusal) in _ = try channel.describe("bot") }?.code == code)
        }
        let daemon = try StandIn()
        let channel = try RunChannel(path: daemon.path)
        daemon.answer(nil)
        let code = refusal { () throws(RunAnswer.Refusal) in _ = try channel.describe("bot") }?.code
        #expect(code == "not_sent" || code == "no_answer")
    }

    @Test("without a daemon it says what to do")
    func nobody() throws {
        let none = try #require(
            refusal { () throws(RunAnswer.Refusal) in _ = try RunChannel(path: "/nowhere/run.sock") }
        )
        #expect(none.code == "unreachable")
        #expect(none.message == "posternd cannot be reached at /nowhere/run.sock: no such file or directory")
        #expect(none.hint?.contains("start posternd") == true)
        let daemon = try StandIn()
        daemon.stop()
        let dead = try #require(refusal { () throws(RunAnswer.Refusal) in _ = try RunChannel(path: daemon.path) })
        #expect(dead.message.hasSuffix("connection refused") && dead.hint?.contains("start posternd") == true)
    }

    @Test("a path that no socket can have is no crash", arguments: ["", String(repeating: "a", count: 108), "/tmp"])
    func paths(path: String) {
        #expect(refusal { () throws(RunAnswer.Refusal) in _ = try RunChannel(path: path) }?.code == "unreachable")
    }
}
