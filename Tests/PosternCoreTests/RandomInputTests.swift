import Foundation
import PosternCore
import PosternTestSupport
import Testing

// Parsers fed with what was valid before it was broken: they may refuse, and must not trap. What they accept must
// hold what they promise.

private let heads = [
    "GET http://good.test/v1/ok?a=b&c HTTP/1.1\r\nHost: good.test\r\nUser-Agent: x\r\n\r\n",
    "POST http://good.test/v1 HTTP/1.1\r\nHost: good.test\r\nContent-Length: 5\r\nConnection: close, X-A\r\nX-A: b\r\n\r\n",
    "PUT https://good.test:443/a%20b/;c?x=%41 HTTP/1.1\r\nhost: good.test:443\r\nTransfer-Encoding: chunked\r\n\r\n",
    "GET /via/good/v1?key=a HTTP/1.1\r\nHost: 127.0.0.1:3128\r\nAuthorization: Bearer key-of-bot-0123456789\r\n\r\n",
    "DELETE http://[::1]:80/ HTTP/1.0\r\nProxy-Authorization: Basic Ym90OmtleS1vZi1ib3QtMDEyMzQ1Njc4OQ==\r\nCookie: a\r\n\r\n",
]

private let headPieces = [
    "\r\n", "\n", "\r", "\r\n\r\n", ":", " ", "\t", "\0", "\u{ff}", "/", "//", "/../", "%2e", "%2f", "%25", "%", "\\",
    ";", "@", "#", "?",
    "&", "=", "[", "]", "..", "http://", "https://", "HTTP/1.1", "HTTP/1.0", "Host: good.test\r\n",
    "Host: evil.test\r\n",
    "Content-Length: 5\r\n", "Content-Length: 99999999999999999999\r\n", "Transfer-Encoding: chunked\r\n",
    "Connection: host\r\n",
    "Authorization: x\r\n", "authorization: y\r\n", "X_Api_Key: z\r\n", "key=v", "&k%65y=v", ";key=v",
    "Expect: 100-continue\r\n",
    "Postern-Grant: bot/good-key\r\n", "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n",
    "18446744073709551616",
].map(latin1)

private let responses = [
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 12\r\nConnection: keep-alive\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nSet-Cookie: a=b\r\nConnection: X-B\r\nX-B: c\r\n\r\n",
    "HTTP/1.0 304 Not Modified\r\nETag: \"s3cr3t/value+0123456789\"\r\n\r\n",
]

private let chunks = [
    "5\r\nhello\r\n0\r\n\r\n", "1;a=b\r\nx\r\nA\r\n0123456789\r\n0\r\nX: y\r\n\r\n",
    "3\r\nabc\r\n3\r\ndef\r\n000\r\n\r\nrest",
]

private let chunkPieces = [
    "\r\n", "\n", "0", "f", ";", "0\r\n\r\n", "7fffffffffffffff", "100000000000000", "\0", "-", "+", " ",
].map(latin1)

@Suite("Random input")
struct RandomInputTests {
    /// How many inputs each parser gets; `POSTERN_FUZZ_ROUNDS` asks for more, for a long night.
    private let rounds = ProcessInfo.processInfo.environment["POSTERN_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 60_000

    @Test("request heads, and everything that is computed from them") func requestHeads() throws {
        var random = SplitMix64(seed: 100)
        let directory = try Directory(
            Sample.contents(
                provider: Sample.provider(tagging: AuditTagging(userAgentSuffix: Sample.template("({agent} {run})"))),
                egress: [Sample.egress(hosts: ["evil.test"])]
            )
        )
        var accepted = 0
        var sent = 0
        for _ in 0..<rounds {
            let bytes = random.mutate(latin1(random.pick(heads)), times: 1 + random.below(3), splicing: headPieces)
            guard let head = try? RequestHead.read(bytes) else { continue }
            accepted += 1
            let peer = Peer(origin: .process(userID: 1, processID: 1))
            guard let ingress = try? IngressRequest(head, from: peer) else { continue }
            let listener: (String, AuditIdentity)? = random.below(2) == 0 ? ("bot", .socket) : nil
            guard
                let request = try? RequestPipeline().authorize(
                    ingress,
                    listenerAgent: listener,
                    in: directory,
                    nowSeconds: 0,
                    monotonicNow: 0
                )
            else { continue }
            sent += 1
            var batch = AuditBatch()
            batch.append(
                IntentRecord(
                    time: 0,
                    requestID: "x",
                    agent: "bot",
                    identity: .socket,
                    peer: AuditPeer(),
                    method: head.method,
                    url: request.auditURL,
                    tags: AuditTags(head)
                )
            )
            #expect(batch.lines.allSatisfy { $0.utf8.allSatisfy { (0x20...0x7e).contains($0) } })
            #expect(!batch.lines.contains { $0.contains(Sample.secret) || $0.contains(Sample.botKey) })
            request.end()
        }
        #expect(accepted > rounds / 20 && sent > rounds / 50)
    }

    @Test("targets and hosts") func targets() {
        var random = SplitMix64(seed: 101)
        let starts = [
            "http://good.test:80/a/b?c=d", "https://[2001:db8::1]:443/%20", "/via/good/x;y//z", "http://127.0.0.1/",
        ].map(latin1)
        for _ in 0..<rounds {
            let target = random.mutate(random.pick(starts), times: 1 + random.below(4), splicing: headPieces)
            guard let head = try? RequestHead.read(latin1("GET ") + target + latin1(" HTTP/1.1\r\nHost: x\r\n\r\n")),
                let parsed = try? RequestTarget(head)
            else { continue }
            #expect(head[parsed.path.range].first == UInt8(ascii: "/"))
            #expect(
                !head[parsed.path.range].contains(UInt8(ascii: "?")) && !head[head.target].contains(UInt8(ascii: "#"))
            )
            guard case .absolute(_, let authority, _) = parsed.form else { continue }
            // The canonical text means the same host again, and holds nothing else.
            #expect(HostName(authority.host.text) == authority.host)
            #expect(authority.host.text.utf8.allSatisfy { !"@/\\?#% ".utf8.contains($0) })
        }
    }

    @Test("chunked bodies, in pieces") func chunkedBodies() {
        var random = SplitMix64(seed: 102)
        for _ in 0..<rounds {
            let bytes = random.mutate(latin1(random.pick(chunks)), times: 1 + random.below(4), splicing: chunkPieces)
            var decoder = ChunkedDecoder()
            var rest = bytes[...]
            reading: while !rest.isEmpty {
                let piece = Array(rest.prefix(1 + random.below(9)))
                rest = rest.dropFirst(piece.count)
                var position = 0
                while true {
                    let step = piece.withUnsafeBytes { decoder.next($0, from: &position) }
                    #expect(position <= piece.count)
                    switch step {
                    case .data(let range): #expect(!range.isEmpty && range.upperBound <= piece.count)
                    case .needsMore: continue reading
                    case .complete, .malformed: break reading
                    }
                }
            }
        }
    }

    @Test("response heads and bodies") func responseHeads() throws {
        var random = SplitMix64(seed: 103)
        let directory = try Directory(Sample.contents())
        let rule = try #require(directory.agent(named: "bot")?.rules.first)
        for _ in 0..<rounds {
            let bytes = random.mutate(latin1(random.pick(responses)), times: 1 + random.below(3), splicing: headPieces)
            guard let head = try? ResponseHead.read(bytes, isAnswerToHead: random.below(8) == 0) else { continue }
            var buffer: [UInt8] = []
            let downstream = DownstreamHead(head, under: rule, masking: rule.injection?.scrubbing)
            let framing = downstream.framing(for: random.below(2) == 0 ? .http11 : .http10)
            _ = downstream.append(to: &buffer, framing: framing, connection: "close")
            // What goes down parses strictly to the same status and a framing of ours.
            let again = try ResponseHead.read(buffer, isAnswerToHead: head.body == .none)
            #expect(again.status == head.status && again.bytes.count == buffer.count && !again.keepsConnection)
            switch framing {
            case .length(let length): #expect(again.body == .length(length))
            case .chunked: #expect(again.body == .chunked)
            case .none: #expect(again.body == .none)
            case .close: #expect(again.body == .untilClose)
            }
            #expect(!buffer.contains(run: latin1(Sample.secret)))
        }
    }

    @Test("small readers") func smallReaders() {
        var random = SplitMix64(seed: 104)
        let alphabet = latin1("0123456789abcdefx.:[]-%/*+=_{}\0\u{ff} ")
        for _ in 0..<rounds {
            let bytes = random.bytes(random.below(24), from: alphabet)
            let text = latin1Text(bytes)
            if let host = HostName(bytes) { #expect(HostName(host.text) == host) }
            if let pattern = HostPattern(text) { #expect(HostPattern(pattern.text)?.text == pattern.text) }
            if let address = IPAddress(text) {
                _ = address.isPublic
                #expect(IPAddress(address.description) == address)
            }
            if let decoded = Base64.decode(bytes) { #expect(decoded.count <= bytes.count) }
            _ = IPEndpoint(text)
            _ = Template(text)
            _ = PathPattern("/" + text)?.matches(bytes[...])
            _ = KeyDigest(hexadecimal: text)
            _ = TraceParent(bytes[...])
            _ = Timestamp.parse(text)
            #expect(FieldValue.contentLength(bytes).map { $0 >= 0 } ?? true)
            bytes.withUnsafeBytes { raw in
                QueryParameters.forEach(raw) { pair, name in
                    #expect(pair.lowerBound == name.lowerBound && name.upperBound <= pair.upperBound)
                }
                FieldValue.members(raw) { #expect(!$0.isEmpty) }
            }
        }
    }
}

@Suite("What is accepted and what is sent")
struct DifferentialTests {
    /// Whatever is accepted, read again as it is sent, is the same request with one credential.
    @Test(
        "what goes upstream parses strictly to what was asked, with exactly one credential",
        arguments: [
            (InjectionTemplate.header(name: "Authorization", value: Sample.template("Bearer {secret}")), 200 as UInt64),
            (.header(name: "X-Api-Key", value: Sample.template("{secret}")), 201),
            (.query(name: "key", value: Sample.template("{secret}")), 202),
        ]
    )
    func sameRequest(template: InjectionTemplate, seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let contents = Sample.contents(
            provider: Sample.provider(hosts: ["good.test"], injection: [template]),
            credential: Sample.credential(secrets: ["secret": "PLANTEDSECRET0123"])
        )
        let directory = try Directory(contents)
        var sent = 0
        for _ in 0..<40_000 {
            let bytes = random.mutate(latin1(random.pick(heads)), times: 1 + random.below(3), splicing: headPieces)
            guard let head = try? RequestHead.read(bytes),
                let ingress = try? IngressRequest(head, from: Peer(origin: .process(userID: 1, processID: 1))),
                let request = try? RequestPipeline().authorize(
                    ingress,
                    listenerAgent: ("bot", .socket),
                    in: directory,
                    nowSeconds: 0,
                    monotonicNow: 0
                )
            else { continue }
            sent += 1
            var buffer: [UInt8] = []
            request.appendHead(to: &buffer, tags: TagContext(agent: "bot", requestID: "id", tags: AuditTags(head)))
            // Read again as the origin would: in origin-form, so as a base URL of the same path.
            let again = try RequestHead.read(buffer)
            #expect(again.bytes.count == buffer.count && again.method == head.method && again.version == .http11)
            #expect(again.body == head.body && again.keepsConnection && again.connectionOptions.isEmpty)
            #expect(again.host.map { again.text($0) } == "good.test")
            let target = again.text(again.target).split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
            #expect(target[0] == head.text(ingress.path))
            #expect(again.fields.filter { $0.known == .host }.count == 1)
            #expect(buffer.occurrences(of: latin1("PLANTEDSECRET0123")) == 1)
            #expect(!again.fields.contains { $0.known == .proxyAuthorization || $0.known == .provenance })
            if case .query = template {
                let keys = try names(again).filter { $0 == latin1("key") }
                #expect(keys.count == 1)
            } else {
                #expect(again.fields.filter { $0.known == .credential }.count == 1)
                #expect(
                    target.count == 2 ? ingress.query.map { head.text($0) } == String(target[1]) : ingress.query == nil
                )
            }
            request.end()
        }
        #expect(sent > 500)
    }

    private func names(_ head: RequestHead) throws -> [[UInt8]] {
        let query = try #require(try RequestTarget(head).query)
        return head[query].split { "&;".utf8.contains($0) }.map { pair in
            latin1(latin1Text(QueryParameters.decodedName(pair.prefix { $0 != UInt8(ascii: "=") })).lowercased())
        }
    }
}
