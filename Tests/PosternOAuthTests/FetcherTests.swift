import PosternCore
import PosternFetch
import Testing

@Suite("Fetching", .timeLimit(.minutes(1)))
struct FetcherTests {
    private let fetcher = Fetcher()

    private func request(_ server: TestServer, _ path: String = "/") throws -> FetchRequest {
        FetchRequest(url: try #require(WebURL(server.url(path))), network: server.network)
    }

    private func error(_ request: FetchRequest, _ fetcher: Fetcher? = nil) async -> FetchError? {
        do throws(FetchError) {
            _ = try await (fetcher ?? self.fetcher).fetch(request)
            return nil
        } catch { return error }
    }

    @Test("an answer comes with its status and body, over TLS and to this machine", arguments: [true, false])
    func fetches(isEncrypted: Bool) async throws {
        let server = try #require(TestServer(isEncrypted: isEncrypted))
        server.answer(404, #"{"a":1}"#)
        let answer = try await fetcher.fetch(try request(server, "/a/../b?c=%20d"))
        #expect(answer.status == 404 && answer.body.isEqual(to: Secret(#"{"a":1}"#.utf8)))
        let head = server.request
        #expect(head.hasPrefix("GET /a/../b?c=%20d HTTP/1.1\r\n") && head.contains("Accept: application/json\r\n"))
        #expect(head.contains("User-Agent: postern/") && !head.contains("Authorization") && !head.contains("Cookie"))
    }

    @Test("a form is posted with what authorizes it")
    func posts() async throws {
        let server = try #require(TestServer())
        var request = try request(server)
        request.form = Secret("a=b&c=d".utf8)
        request.authorization = Secret("Basic eDp5".utf8)
        _ = try await fetcher.fetch(request)
        let text = server.request
        #expect(text.hasPrefix("POST / HTTP/1.1\r\n") && text.hasSuffix("\r\n\r\na=b&c=d"))
        #expect(text.contains("Authorization: Basic eDp5\r\n") && !text.contains("Expect"))
        #expect(text.contains("Content-Type: application/x-www-form-urlencoded\r\n"))
    }

    @Test("an answer that sends elsewhere is an answer")
    func staysWhereItIs() async throws {
        let server = try #require(TestServer())
        server.answer(307, "", fields: "Location: \(server.url("/other"))\r\nSet-Cookie: a=b\r\n")
        #expect(try await fetcher.fetch(try request(server)).status == 307)
        #expect(server.count == 1)
    }

    @Test("nobody is believed whom no authority names")
    func verifies() async throws {
        let server = try #require(TestServer())
        let other = try #require(TestServer())
        var request = try request(server)
        request.network.certificateAuthorityFile = nil
        #expect(await error(request) == .certificateInvalid)
        request.network.certificateAuthorityFile = other.network.certificateAuthorityFile
        #expect(await error(request) == .certificateInvalid)
        request.network = server.network
        request.url = try #require(WebURL("https://127.0.0.1:\(server.port)/"))
        #expect(await error(request) == .certificateInvalid)
        #expect(server.count == 0)
    }

    @Test("only public addresses are dialled, unless others are allowed, and never our own")
    func checksAddresses() async throws {
        let server = try #require(TestServer())
        var request = try request(server)
        request.network.allowsPrivateAddresses = false
        #expect(await error(request) == .addressProhibited)
        request.network = server.network
        let address = try #require(IPAddress("127.0.0.1"))
        let own = Fetcher(own: [IPEndpoint(address: address, port: server.port)])
        #expect(await error(request, own) == .addressProhibited)
        request.network.allowsPrivateAddresses = false
        request.network.fixedAddress = IPEndpoint(address: address, port: server.port)
        request.url = try #require(WebURL("https://localhost/"))
        #expect(await error(request) == nil)
    }

    @Test("nothing crosses a network in clear")
    func demandsEncryption() async throws {
        let url = try #require(WebURL("http://auth.example.test/"))
        #expect(await error(FetchRequest(url: url, network: UpstreamNetwork())) == .notEncrypted)
        let inside = UpstreamNetwork(allowsPrivateAddresses: true)
        #expect(await error(FetchRequest(url: url, network: inside)) == .notEncrypted)
    }

    @Test("long answers, slow ones and broken ones are given up")
    func bounds() async throws {
        let server = try #require(TestServer(isEncrypted: false))
        server.answer(200, String(repeating: "x", count: 1 << 20))
        #expect(try await fetcher.fetch(try request(server)).body.count == 1 << 20)
        server.answer(200, String(repeating: "x", count: 1 << 20 + 1))
        #expect(await error(try request(server)) == .tooLong)
        server.answer(raw: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc")
        #expect(await error(try request(server)) == .broken)
        server.answer(raw: "no http")
        #expect(await error(try request(server)) == .broken)
        server.answer(200, "{}", delayMilliseconds: 3000)
        var slow = try request(server)
        slow.timeLimit = .milliseconds(200)
        #expect(await error(slow) == .timedOut)
    }

    @Test("who does not listen is not reached")
    func reportsRefusal() async throws {
        let port = try #require(TestServer(isEncrypted: false)).port
        let url = try #require(WebURL("http://127.0.0.1:\(port)/"))
        let found = await error(FetchRequest(url: url, network: UpstreamNetwork(allowsPrivateAddresses: true)))
        #expect(found == .notConnected || found == .broken)
    }

    @Test("sixteen at once, and the others after them")
    func takesTurns() async throws {
        let server = try #require(TestServer(isEncrypted: false))
        server.answer(200, "{}", delayMilliseconds: 100)
        let request = try request(server)
        let errors = await withTaskGroup(of: FetchError?.self) { group in
            for _ in 0..<40 { group.addTask { await error(request) } }
            return await group.reduce(into: []) { $0 += $1.map { [$0] } ?? [] }
        }
        #expect(errors.isEmpty && server.count == 40)
        #expect((2...16).contains(server.mostAtOnce))
    }

    @Test("a task that is cancelled does not wait for the answer")
    func cancels() async throws {
        let server = try #require(TestServer(isEncrypted: false))
        server.answer(200, "{}", delayMilliseconds: 30_000)
        let request = try request(server)
        let task = Task { await error(request) }
        while server.count == 0 { try await Task.sleep(for: .milliseconds(5)) }
        task.cancel()
        #expect(await task.value == .cancelled)
    }
}
