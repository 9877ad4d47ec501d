import Foundation
import PosternCore
import Testing

@Suite("Audit records")
struct RecordTests {
    private func line(_ fill: (inout AuditBatch) -> Void) throws -> String {
        var batch = AuditBatch()
        fill(&batch)
        return try #require(batch.lines.first)
    }

    private func object(_ line: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }

    @Test("an intent says who, how proven, where, which grant and what the client said of its run")
    func intent() throws {
        var record = IntentRecord.sample(7, run: Array("nightly".utf8), url: .sample(query: "limit=10&after=x"))
        record.tags.trace = TraceParent(Array("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".utf8)[...])
        let line = try line { $0.append(record) }
        #expect(
            line
                == #"{"@timestamp":"2026-07-12T09:41:07.123456Z","event.action":"intent","http.request.id":"request-7","#
                + #""postern.decision":"allow","postern.agent":"research-bot","postern.identity":"socket","#
                + #""postern.peer.uid":1001,"postern.peer.pid":4242,"postern.provider":"example","#
                + #""postern.grant":"research-bot/example","http.version":"1.1","http.request.method":"GET","#
                + #""url.full":"https://api.example.com:443/v1/models?limit=&after=","postern.run":"nightly","#
                + #""trace.id":"0af7651916cd43dd8448eb211c80319c","span.id":"b7ad6b7169203331"}"#
        )
    }

    @Test("an outcome says how it ended and what was measured")
    func outcome() throws {
        var record = OutcomeRecord.sample(7)
        record.result = .failure
        record.status = 504
        record.errorCode = "response_timeout"
        record.measurements.retries = 1
        record.measurements.scrubbed = 2
        record.measurements.sealed = 3
        let line = try line { $0.append(record) }
        #expect(
            line == #"{"@timestamp":"2026-07-12T09:41:07.223456Z","event.action":"outcome","event.outcome":"failure","#
                + #""http.request.id":"request-7","postern.decision":"allow","postern.agent":"research-bot","#
                + #""postern.provider":"example","postern.grant":"research-bot/example","http.request.method":"GET","#
                + #""url.full":"https://api.example.com:443/v1/models","http.response.status_code":504,"#
                + #""error.code":"response_timeout","event.duration":100000000,"postern.first_byte_ns":90000000,"#
                + #""http.request.body.bytes":0,"http.response.body.bytes":512,"postern.retries":1,"postern.scrubbed":2,"postern.sealed":3}"#
        )
    }

    @Test("a denial needs neither an agent nor a readable request")
    func denial() throws {
        let record = DenialRecord(
            time: 0,
            requestID: "r",
            peer: AuditPeer(address: "127.0.0.1", port: 40000),
            status: 400,
            errorCode: "malformed_request"
        )
        let line = try line { $0.append(record) }
        #expect(
            line == #"{"@timestamp":"1970-01-01T00:00:00.000000Z","event.action":"denied","event.outcome":"failure","#
                + #""http.request.id":"r","postern.decision":"deny","client.address":"127.0.0.1","client.port":40000,"#
                + #""http.response.status_code":400,"error.code":"malformed_request"}"#
        )
    }

    @Test("what comes from a sandbox says from which, and who started it")
    func sandbox() throws {
        var record = IntentRecord.sample(7)
        record.identity = .sandbox
        record.peer = AuditPeer(userID: 1000, processID: 42, sandbox: "00ff00ff00ff00ff")
        #expect(
            try line { $0.append(record) }.contains(
                #""postern.identity":"sandbox","postern.peer.uid":1000,"postern.peer.pid":42,"postern.sandbox":"00ff00ff00ff00ff""#
            )
        )
    }

    @Test("administrative acts carry counts or a reason")
    func administrative() throws {
        var counts = AdministrativeRecord.Counts()
        counts.agents = 3
        let start = try object(
            try line { $0.append(AdministrativeRecord(time: 0, action: .start(version: "0.1", counts), processID: 9)) }
        )
        #expect(start["event.action"] as? String == "start")
        #expect(start["service.version"] as? String == "0.1")
        #expect(start["postern.agents"] as? Int == 3)
        #expect(start["process.pid"] as? Int == 9)
        let failed = try object(
            try line { $0.append(AdministrativeRecord(time: 0, action: .reloadFailed(reason: "line 3: unknown key"))) }
        )
        #expect(failed["event.action"] as? String == "reload_failed")
        #expect(failed["event.reason"] as? String == "line 3: unknown key")
    }

    @Test(
        "the URL keeps the names of query parameters and drops their values",
        arguments: [
            (nil, ""), ("", "?"), ("a=1", "?a="), ("a=1&b=2", "?a=&b="), ("a&b=2", "?a&b="), ("a=1&b", "?a=&b"),
            ("a==1=2&c=", "?a=&c="), ("=secret", "?="), ("a=1&&b=2", "?a=&&b="), ("a=1&", "?a=&"),
        ] as [(String?, String)]
    )
    func url(query: String?, expected: String) throws {
        let line = try line { $0.append(IntentRecord.sample(0, url: .sample(query: query))) }
        #expect(try object(line)["url.full"] as? String == "https://api.example.com:443/v1/models\(expected)")
    }

    @Test("every byte value is escaped so that the line is printable ASCII and reads back as that byte")
    func escaping() throws {
        for byte in UInt8.min...UInt8.max {
            let line = try line { $0.append(IntentRecord.sample(0, run: [0x61, byte, 0x62])) }
            #expect(line.utf8.allSatisfy { (0x20..<0x7f).contains($0) })
            let expected = "a" + String(Unicode.Scalar(byte)) + "b"
            #expect(try object(line)["postern.run"] as? String == expected, "byte \(byte)")
        }
    }

    @Test("nothing a client sends can end a line or add a member")
    func injection() throws {
        let attack = Array("x\",\"postern.agent\":\"root\"}\n{\"a\":\"\u{1b}[2J\u{7f}é".utf8)
        let line = try line { $0.append(IntentRecord.sample(0, run: attack, url: .sample(path: "/\"\\\r\n"))) }
        #expect(!line.contains("\n") && !line.contains("\u{1b}"))
        let object = try object(line)
        #expect(object["postern.agent"] as? String == "research-bot")
        #expect(object["url.full"] as? String == "https://api.example.com:443/\"\\\r\n")
    }

    @Test(
        "timestamps are RFC 3339 in UTC with microseconds",
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
            (951_782_400_000_000_000, "2000-02-29T00:00:00.000000Z"),
            (1_709_251_199_999_999_999, "2024-02-29T23:59:59.999999Z"),
            (4_107_542_400_000_001_000, "2100-03-01T00:00:00.000001Z"),
            (Int64.max, "2262-04-11T23:47:16.854775Z"),
        ] as [(Int64, String)]
    )
    func timestamps(nanoseconds: Int64, text: String) {
        #expect(Timestamp.text(nanoseconds) == text)
        // Rounded to whole microseconds towards the past, the text reads back as the same time.
        let microseconds = nanoseconds >= 0 ? nanoseconds / 1000 : (nanoseconds - 999) / 1000
        #expect(Timestamp.parse(text) == microseconds * 1000)
    }

    @Test(
        "times are read with any offset, and anything else is refused",
        arguments: [
            ("1970-01-01T02:00:00+02:00", 0), ("1970-01-01T00:00:00.5Z", 500_000_000),
            ("1970-01-01 00:00:01z", 1_000_000_000),
            ("1969-12-31T23:00:00-01:00", 0), ("1970-01-01T00:00:00", nil), ("1970-01-01T00:00:00Zx", nil),
            ("1970-13-01T00:00:00Z", nil), ("1970-01-01T24:00:00Z", nil), ("", nil), ("yesterday", nil),
        ] as [(String, Int64?)]
    )
    func parsing(text: String, expected: Int64?) { #expect(Timestamp.parse(text) == expected) }

    @Test(
        "an invalid traceparent is ignored",
        arguments: [
            ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true),
            ("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-later", true),
            ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-later", false),
            ("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false),
            ("00-00000000000000000000000000000000-b7ad6b7169203331-01", false),
            ("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", false),
            ("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", false), ("00", false), ("", false),
        ]
    )
    func traceParent(text: String, isValid: Bool) {
        #expect((TraceParent(Array(text.utf8)[...]) != nil) == isValid)
    }

    @Test("a batch can be emptied and used again")
    func reuse() {
        var batch = AuditBatch()
        batch.append(IntentRecord.sample(1))
        batch.removeAll()
        #expect(batch.isEmpty && batch.intentCount == 0)
        batch.append(OutcomeRecord.sample(2))
        #expect(batch.entries.map(\.isIntent) == [false])
        #expect(batch.lines.count == 1)
    }
}
