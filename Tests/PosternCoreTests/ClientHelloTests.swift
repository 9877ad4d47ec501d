import PosternCore
import PosternTestSupport
import Testing

private typealias Result = ClientHelloScanner.Result

private func scan(_ bytes: [UInt8]) -> Result {
    var scanner = ClientHelloScanner()
    return bytes.withUnsafeBytes { scanner.scan($0) }
}

private func named(_ name: String) -> Result { .hello(serverName: HostName(name)) }

/// A vector with its length in front.
private func vector(_ lengthBytes: Int, _ bytes: [UInt8]) -> [UInt8] {
    (0..<lengthBytes).reversed().map { UInt8(truncatingIfNeeded: bytes.count >> (8 * $0)) } + bytes
}

private func serverName(_ entries: [(type: UInt8, name: String)]) -> [UInt8] {
    [0, 0] + vector(2, vector(2, entries.flatMap { [$0.type] + vector(2, latin1($0.name)) }))
}

private func body(
    version: [UInt8] = [3, 3],
    session: Int = 32,
    suites: Int = 4,
    compression: Int = 1,
    extensions: [UInt8]?
) -> [UInt8] {
    version + [UInt8](repeating: 7, count: 32) + vector(1, [UInt8](repeating: 1, count: session))
        + vector(2, [UInt8](repeating: 0x13, count: suites)) + vector(1, [UInt8](repeating: 0, count: compression))
        + (extensions.map { vector(2, $0) } ?? [])
}

private func message(_ body: [UInt8], type: UInt8 = 1) -> [UInt8] { [type] + vector(3, body) }

private func record(_ fragment: [UInt8], type: UInt8 = 22, version: [UInt8] = [3, 1]) -> [UInt8] {
    [type] + version + vector(2, fragment)
}

private func records(_ message: [UInt8], of length: Int) -> [UInt8] {
    stride(from: 0, to: message.count, by: length)
        .flatMap { record(Array(message[$0..<min($0 + length, message.count)])) }
}

private func hello(_ entries: [(type: UInt8, name: String)]) -> [UInt8] {
    record(message(body(extensions: serverName(entries))))
}

/// An extension that nobody knows, to fill up with.
private func padding(_ count: Int) -> [UInt8] { [0xfe, 0xfe] + vector(2, [UInt8](repeating: 0, count: count)) }

private let plain = message(body(extensions: serverName([(0, "a.test")])))

private let whole: [(String, [UInt8], Result)] = [
    ("no extensions at all", record(message(body(extensions: nil))), .hello(serverName: nil)),
    ("an empty block of them", record(message(body(extensions: []))), .hello(serverName: nil)),
    ("another extension", record(message(body(extensions: padding(3)))), .hello(serverName: nil)),
    ("a name", record(plain), named("a.test")),
    (
        "a name behind another extension", record(message(body(extensions: padding(3) + serverName([(0, "a.test")])))),
        named("a.test")
    ),
    ("a name in capitals", hello([(0, "A.Test")]), named("a.test")),
    ("a name of one label", hello([(0, "localhost")]), named("localhost")),
    ("what follows the hello's record", record(plain) + latin1("anything"), named("a.test")),
    ("one byte a record", records(plain, of: 1), named("a.test")),
    (
        "a long hello", records(message(body(extensions: padding(40_000) + serverName([(0, "a.test")]))), of: 16_384),
        named("a.test")
    ),
    (
        "no session, most suites", record(message(body(session: 0, suites: 300, extensions: []))),
        .hello(serverName: nil)
    ),
]

private let malformed: [(String, [UInt8])] = [
    ("plain HTTP", latin1("GET / HTTP/1.1\r\n")), ("one wrong byte", [0x47]), ("SSH", latin1("SSH-2.0-x\r\n")),
    ("SSLv2", [0x80, 0x2e, 0x01, 0x03, 0x01, 0x00, 0x15]), ("an alert", record([1, 0], type: 21)),
    ("data", record([1], type: 23)), ("SSL 2 in a record", record(plain, version: [2, 0])),
    ("DTLS", record(plain, version: [0xfe, 0xfd])), ("another message", record(message([0, 0], type: 2))),
    ("only its first byte", Array(record(message([0, 0], type: 2)).prefix(6))), ("an empty record", record([])),
    ("an empty record in the middle", record(Array(plain.prefix(9))) + record([])),
    ("too long a record, before its end", [22, 3, 1, 0x40, 0x01]),
    ("too long a message, before its end", [22, 3, 1, 0x40, 0x00, 1, 1, 0, 1]),
    ("too many records", records(message([UInt8](repeating: 0, count: 30_000)), of: 2)),
    ("an alert in the middle", record(Array(plain.prefix(9))) + record([1, 0], type: 21)),
    ("a message behind the hello", record(plain + plain)), ("a message that is empty", record(message([]))),
    ("SSL 2 in the hello", record(message(body(version: [2, 0], extensions: [])))),
    ("too long a session", record(message(body(session: 33, extensions: [])))),
    ("no suites", record(message(body(suites: 0, extensions: [])))),
    ("half a suite", record(message(body(suites: 3, extensions: [])))),
    ("no compression method", record(message(body(compression: 0, extensions: [])))),
    ("bytes behind the extensions", record(message(body(extensions: []) + [0]))),
    ("half a length of extensions", record(message(body(extensions: nil) + [0]))),
    ("half an extension", record(message(body(extensions: [0, 0, 0])))),
    ("an extension that ends too late", record(message(body(extensions: [0xfe, 0xfe, 0, 1])))),
    ("an empty server_name", record(message(body(extensions: [0, 0, 0, 0])))),
    ("an empty list of names", hello([])), ("two names", hello([(0, "a.test"), (0, "b.test")])),
    ("the same name twice", hello([(0, "a.test"), (0, "a.test")])),
    ("two server_names", record(message(body(extensions: serverName([(0, "a.test")]) + serverName([(0, "a.test")]))))),
    ("a name of another kind", hello([(1, "a.test")])),
    ("a name and one of another kind", hello([(0, "a"), (1, "b")])),
    (
        "bytes behind the list",
        record(message(body(extensions: [0, 0] + vector(2, vector(2, [0, 0, 1, 0x61]) + [0]))))
    ),
    ("a name that ends too late", record(message(body(extensions: [0, 0] + vector(2, vector(2, [0, 0, 9, 0x61])))))),
    ("an empty name", hello([(0, "")])), ("a trailing dot", hello([(0, "a.test.")])), ("a dot", hello([(0, ".")])),
    ("an empty label", hello([(0, "a..test")])), ("not ASCII", hello([(0, "b\u{fc}cher.test")])),
    ("a zero byte", hello([(0, "a.test\0.evil.test")])), ("an address", hello([(0, "127.0.0.1")])),
    ("an address in hexadecimal", hello([(0, "0x7f000001")])), ("an IPv6 address", hello([(0, "::1")])),
    ("an IPv6 address in brackets", hello([(0, "[::1]")])), ("a port", hello([(0, "a.test:443")])),
    ("white space", hello([(0, "a.test ")])), ("a pattern", hello([(0, "*.test")])),
    ("a label of 64 bytes", hello([(0, String(repeating: "a", count: 64) + ".test")])),
]

@Suite("ClientHelloScanner")
struct ClientHelloTests {
    @Test("real clients", arguments: recordedHellos.indices) func realClients(index: Int) {
        let (client, bytes, name) = recordedHellos[index]
        let expected = Result.hello(serverName: name.flatMap { HostName($0) })
        #expect(scan(bytes) == expected, "\(client)")
        // In pieces, and in records of other lengths.
        for step in [1, 7, 100] {
            var scanner = ClientHelloScanner()
            for end in stride(from: 0, to: bytes.count, by: step) {
                #expect(
                    bytes.withUnsafeBytes { scanner.scan(UnsafeRawBufferPointer(rebasing: $0[..<end])) } == .incomplete
                )
            }
            #expect(bytes.withUnsafeBytes { scanner.scan($0) } == expected, "\(client)")
        }
    }

    @Test("whole hellos", arguments: whole.indices) func hellos(index: Int) {
        let (_, bytes, expected) = whole[index]
        #expect(scan(bytes) == expected, "\(whole[index].0)")
    }

    @Test("a hello in two records, cut anywhere, is the same") func cuts() {
        for cut in 1..<plain.count {
            #expect(
                scan(record(Array(plain[..<cut])) + record(Array(plain[cut...]), version: [3, 3])) == named("a.test")
            )
        }
    }

    @Test("what is not yet whole is waited for", arguments: [0, 1, 2, 4, 5, 6, 8, 9, 20, 80]) func incomplete(
        count: Int
    ) {
        #expect(scan(Array(record(plain).prefix(count))) == .incomplete)
    }

    @Test("what is no hello, or no clear one", arguments: malformed.indices) func refused(index: Int) {
        let (what, bytes) = malformed[index]
        #expect(scan(bytes) == .malformed, "\(what)")
    }

    @Test("no more is waited for than a hello may measure") func limit() {
        let endless = records(message([UInt8](repeating: 0, count: 65_000)), of: 400)
        let most = ClientHelloScanner.maximumBytes
        #expect(scan(Array(endless.prefix(most - 1))) == .incomplete)
        #expect(scan(Array(endless.prefix(most))) == .malformed)
    }

    @Test("broken hellos are refused or read, in pieces as in one") func randomInput() {
        var random = SplitMix64(seed: 300)
        let starts = recordedHellos.map(\.bytes) + [record(plain), records(plain, of: 5)]
        let pieces = [
            [0, 0], [22, 3, 1], [1, 0], [0xff, 0xff], serverName([(0, "b.test")]), record([1]), [0, 0, 0, 0],
        ]
        var accepted = 0
        for _ in 0..<20_000 {
            let bytes = random.mutate(random.pick(starts), times: 1 + random.below(3), splicing: pieces)
            let expected = scan(bytes)
            if case .hello(let name) = expected {
                accepted += 1
                #expect(name?.address == nil)
            }
            var scanner = ClientHelloScanner()
            var end = 0
            while true {
                end = min(bytes.count, end + 1 + random.below(bytes.count / 3 + 1))
                let result = bytes.withUnsafeBytes { scanner.scan(UnsafeRawBufferPointer(rebasing: $0[..<end])) }
                if end == bytes.count || result != .incomplete {
                    #expect(result == expected)
                    break
                }
            }
        }
        #expect((1_000..<20_000).contains(accepted))
    }
}
