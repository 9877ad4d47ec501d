import Foundation
import PosternAPI
import PosternControl
import PosternCore
import Synchronization
import Testing

@Suite("The control socket", .serialized)
struct SocketTests {
    private static let isRoot = geteuid() == 0
    private static let hasSetpriv = FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv")

    @Test("Only its owner can reach it, and it goes with the server")
    func mode() async throws {
        var path = ""
        try await ControlFixture.with { fixture in
            path = fixture.socketPath
            let attributes = try FileManager.default.attributesOfItem(atPath: fixture.socketPath)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("Another user is refused and recorded, even where files let it in", .enabled(if: isRoot && hasSetpriv))
    func otherUser() async throws {
        try await ControlFixture.with { fixture in
            chmod(fixture.directory, 0o755)
            chmod(fixture.socketPath, 0o666)
            let answer = try await Blocking.run {
                let process = Process()
                process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
                process.arguments = [
                    "--reuid=65534", "--clear-groups", "curl", "-s", "--max-time", "10", "--unix-socket",
                    fixture.socketPath, "http://localhost/v1/status",
                ]
                let output = Pipe()
                process.standardOutput = output
                try process.run()
                process.waitUntilExit()
                return String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            }
            #expect(answer.contains("\"forbidden\""))
            #expect(!answer.contains("version"))
            let acts = fixture.refusals.acts.withLock { $0 }
            #expect(acts.map(\.refusal) == ["forbidden"])
            #expect(acts.map(\.by.userID) == [65_534])
        }
    }

    @Test("Who keeps it waiting is cut off", arguments: ["", "GET /v1/st", "POST /v1/agents HTTP/1.1\r\nHost: x\r\n"])
    func slow(start: String) async throws {
        try await ControlFixture.with(requestTime: .milliseconds(300)) { fixture in
            let began = ContinuousClock.now
            try await Blocking.run {
                let connection = try RawConnection(fixture.socketPath)
                connection.send(start)
                _ = connection.receiveAll()
            }
            #expect(ContinuousClock.now - began < .seconds(10))
        }
    }

    @Test("Who lets a body trickle is cut off, too")
    func trickle() async throws {
        try await ControlFixture.with(requestTime: .milliseconds(300)) { fixture in
            let cut = try await Blocking.run {
                let connection = try RawConnection(fixture.socketPath)
                connection.send(
                    "POST /v1/agents HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n"
                )
                let watch = DispatchSemaphore(value: 0)
                nonisolated(unsafe) let other = connection
                Thread {
                    for _ in 0..<200 where watch.wait(timeout: .now() + .milliseconds(50)) == .timedOut {
                        other.send(" ")
                    }
                }.start()
                let answer = connection.receiveAll()
                watch.signal()
                return answer
            }
            #expect(!cut.contains(" 201 "))
        }
    }

    @Test("So many connections are kept at once: a new one takes the place of the one that has been idle longest")
    func bounded() async throws {
        try await ControlFixture.with(maxConnections: 2) { fixture in
            try await Blocking.run {
                let request = "GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n"
                let first = try RawConnection(fixture.socketPath)
                let second = try RawConnection(fixture.socketPath)
                for connection in [first, second] {
                    connection.send(request)
                    #expect(connection.receive().contains(" 200 "))
                }
                let third = try RawConnection(fixture.socketPath)
                third.send(request)
                #expect(third.receive().contains(" 200 "))
                #expect(first.receive().isEmpty)
                second.send(request)
                #expect(second.receive().contains(" 200 "))
            }
            // They are closed by now, which makes room for others.
            let answer = try await fixture.exchange("GET /v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(answer.contains(" 200 "))
        }
    }

    @Test("A place that is not safe is refused")
    func places() async throws {
        try await ControlFixture.with { fixture in
            #expect(failure(fixture, fixture.socketPath) == .inUse(path: fixture.socketPath))
            let long = "/tmp/" + String(repeating: "a", count: 99)
            #expect(failure(fixture, long) == .pathTooLong(path: long, limit: 103))
            let open = fixture.directory + "/open"
            try FileManager.default.createDirectory(atPath: open, withIntermediateDirectories: false)
            chmod(open, 0o777)
            guard case .unsafeDirectory = failure(fixture, open + "/control.sock") else {
                Issue.record("a directory that others can write was accepted")
                return
            }
            let file = fixture.directory + "/file"
            _ = FileManager.default.createFile(atPath: file, contents: Data())
            guard case .cannotListen = failure(fixture, file) else {
                Issue.record("a file was replaced by a socket")
                return
            }
        }
    }

    @Test("The client says what is wrong when nobody listens, or nobody may")
    func client() async throws {
        func failure(_ path: String) async -> ControlError? {
            do {
                _ = try await Blocking.run {
                    try ControlClient(socketPath: path).call(.get, "/v1/status") as RawJSON
                }
                return nil
            } catch { return error as? ControlError }
        }
        #expect(await failure("/tmp/postern-absent.sock") == .notRunning(path: "/tmp/postern-absent.sock"))
        let long = "/" + String(repeating: "a", count: 107)
        #expect(await failure(long) == .pathTooLong(path: long))
        let reload = try await refusedReload()
        #expect(
            reload
                == .refused(status: 500, code: "internal_error", message: "something went wrong in posternd", hint: nil)
        )
    }

    @Test("What is put into a path cannot leave its place")
    func paths() {
        let name = "../x y/?#%ü"
        let path: ControlPath = "/v1/agents/\(name)/pause"
        #expect(path.text == "/v1/agents/%2E%2E%2Fx%20y%2F%3F%23%25%C3%BC/pause")
        let absent: String? = nil
        let query = path.with("limit", 5).with("agent", "a&b").with("none", absent).text
        #expect(query.hasSuffix("/pause?limit=5&agent=a%26b"))
    }

    private func refusedReload() async throws -> ControlError? {
        var failure: ControlError?
        try await ControlFixture.with { fixture in
            do { _ = try await fixture.call(.post, "/v1/config/reload", as: ReloadAnswer.self) } catch {
                failure = error as? ControlError
            }
        }
        return failure
    }

    private func failure(_ fixture: ControlFixture, _ path: String) -> ControlServerError? {
        do throws(ControlServerError) {
            try fixture.server(at: path).stop()
            return nil
        } catch { return error }
    }
}
