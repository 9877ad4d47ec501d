import PosternCore
import PosternTestSupport
import Testing

private let heads: [(String, HeadScanner.Result)] = [
    ("", .incomplete),
    ("G", .incomplete),
    ("GET / HTTP/1.1", .incomplete),
    ("GET / HTTP/1.1\r", .incomplete),
    ("GET / HTTP/1.1\r\n", .incomplete),
    ("GET / HTTP/1.1\r\n\r", .incomplete),
    ("a\r\nb\r\nc", .incomplete),
    ("a\rb\rc\r", .incomplete),
    ("GET / HTTP/1.1\n\n", .malformed),
    ("\n", .malformed),
    ("\n\r\n", .malformed),
    ("a\n", .malformed),
    ("a\r\n\n", .malformed),
    ("a\r\nb\n\r\n", .malformed),
    ("a\r\nb\r\r\n\n", .malformed),
    ("a\r\nb\u{0}\n", .malformed),
    ("a\r\n\r\u{0}\n", .malformed),
    ("\r\n", .complete(2)),
    ("a\r\n\r\n", .complete(5)),
    ("a\r\nb\r\n\r\n", .complete(8)),
    ("a\r\nb\r\n\r\n\n\n", .complete(8)),
    ("a\r\nb\r\n\r\nGET / HTTP/1.1\r\n\r\n", .complete(8)),
    ("a\rb\r\n\r\n", .complete(7)),
    ("a\r\r\n\r\n", .complete(6)),
]

private func scanWhole(_ bytes: [UInt8]) -> HeadScanner.Result {
    var scanner = HeadScanner()
    return bytes.withUnsafeBytes { scanner.scan($0) }
}

/// Shows the scanner ever longer beginnings, as a slow client would.
private func scanGrowing(_ bytes: [UInt8], by step: () -> Int) -> HeadScanner.Result {
    var scanner = HeadScanner()
    var count = 0
    while true {
        let result = bytes[..<count].withUnsafeBytes { scanner.scan($0) }
        if result != .incomplete || count == bytes.count { return result }
        count = min(bytes.count, count + step())
    }
}

@Suite("HeadScanner")
struct HeadScannerTests {
    @Test("a head ends at its empty line, and only CRLF ends a line", arguments: heads)
    func scans(head: String, expected: HeadScanner.Result) {
        #expect(scanWhole(latin1(head)) == expected)
    }

    @Test("byte by byte gives what the whole gives", arguments: heads)
    func scansByteByByte(head: String, expected: HeadScanner.Result) {
        #expect(scanGrowing(latin1(head)) { 1 } == expected)
    }

    @Test("random lines in random pieces give what the whole gives")
    func scansRandomPieces() {
        var random = SplitMix64(seed: 1)
        for _ in 0..<20_000 {
            let bytes = random.bytes(random.below(24), from: latin1("\r\r\r\n\n\na:"))
            let pieces = scanGrowing(bytes) { 1 + random.below(4) }
            #expect(pieces == scanWhole(bytes), "\(latin1Text(bytes).debugDescription)")
        }
    }
}
