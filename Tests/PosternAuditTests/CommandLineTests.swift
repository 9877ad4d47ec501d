import Foundation
import PosternAudit
import PosternCLI
import PosternCommand
import PosternCore
import Testing

@Suite("postern audit")
struct CommandLineTests {
    private func entry(_ line: String) -> AuditEntry { Array(line.utf8).withUnsafeBytes { AuditEntry($0) } }

    private func entry(_ batch: borrowing AuditBatch) throws -> AuditEntry { entry(try #require(batch.lines.first)) }

    @Test(
        "nothing reaches a terminal but printable ASCII",
        arguments: [
            ("plain text", "plain text"), ("\u{1b}[2J", "\\x1b[2J"), ("a\nb\r\t", "a\\x0ab\\x0d\\x09"),
            ("é", "\\xc3\\xa9"),
            ("\u{7f}\u{9b}31m", "\\x7f\\xc2\\x9b31m"), ("\u{202e}txt", "\\xe2\\x80\\xaetxt"), ("\\x1b", "\\\\x1b"),
        ]
    )
    func printable(text: String, expected: String) { #expect(Printable.text(text.utf8) == expected) }

    @Test("a value keeps every byte apart, also those that a client chose to look like an escape")
    func values() throws {
        let hostile: [UInt8] = Array("\u{1b}]0;x\u{7}\\x1b\"é".utf8)
        var batch = AuditBatch()
        batch.append(IntentRecord.sample(1, run: hostile))
        let entry = try entry(batch)
        #expect(entry.isRecord)
        #expect(entry["postern.run"] == "\\x1b]0;x\\x07\\\\x1b\"\\xc3\\xa9")
        #expect(entry.json.utf8.allSatisfy { (0x20..<0x7f).contains($0) })
    }

    @Test(
        "a line that Postern did not write is no record",
        arguments: [
            "", "{", "{}", "nonsense", "{\"a\":1}x", "{\"a\":1,}", "{\"a\": 1}", "{\"a\":01}", "{\"a\":\"\u{1b}\"}",
            "{\"a\":{}}",
            "{\"a\":99999999999999999999}", "{\"a\":\"\\", "{\"a\":null}", "[\"a\",1}",
        ]
    )
    func damaged(line: String) {
        let entry = entry(line)
        #expect(!entry.isRecord)
        var table = AuditTable()
        #expect(table.row(entry).contains("damaged"))
        #expect(AuditFilter().matches(entry))
    }

    @Test(
        "times are durations before now or RFC 3339",
        arguments: [
            ("30s", 3_600_000_000_000 - 30_000_000_000), ("10m", 3_000_000_000_000), ("1h", 0),
            ("0d", 3_600_000_000_000),
            ("1970-01-01T00:00:01Z", 1_000_000_000), ("10", nil), ("m", nil), ("-1m", nil), ("1w", nil),
            ("9223372036854775807d", nil), ("", nil),
        ] as [(String, Int64?)]
    )
    func pointInTime(text: String, expected: Int64?) {
        #expect(PointInTime.parse(text, now: 3_600_000_000_000) == expected)
    }

    @Test(
        "the state directory is the one that holds a log, the system's first for root",
        arguments: [
            (["HOME": "/h"], true, ["/var/lib/postern/audit", "/h/.local/state/postern/audit"], "/var/lib/postern"),
            (
                ["HOME": "/h"], false, ["/var/lib/postern/audit", "/h/.local/state/postern/audit"],
                "/h/.local/state/postern"
            ),
            (["HOME": "/h"], false, ["/var/lib/postern/audit"], "/var/lib/postern"),
            (["HOME": "/h", "XDG_STATE_HOME": "/x"], true, ["/x/postern/audit"], "/x/postern"),
            (
                ["HOME": "/h", "XDG_STATE_HOME": "x"], false, ["/h/.local/state/postern/audit"],
                "/h/.local/state/postern"
            ),
            ([:], false, [], "/var/lib/postern"), (["HOME": "/h"], true, [], "/var/lib/postern"),
            // Nobody has a log: it is said of the daemon that would be meant.
            (["HOME": "/h"], false, [], "/h/.local/state/postern"),
            (["HOME": "/h"], false, ["/var/lib/postern"], "/var/lib/postern"),
            (["HOME": "/h"], true, ["/h/.local/state/postern"], "/h/.local/state/postern"),
        ] as [([String: String], Bool, [String], String)]
    )
    func stateDirectory(environment: [String: String], isRoot: Bool, existing: [String], expected: String) {
        let chosen = StateDirectory.choose(holding: "audit", environment: environment, isRoot: isRoot) {
            existing.contains($0)
        }
        #expect(chosen == expected)
    }

    @Test("filters choose by agent, provider, decision and time; intents and checkpoints are left out by default")
    func filter() throws {
        let outcome = try entry(.outcome(1))
        var filter = AuditFilter()
        #expect(filter.matches(outcome))
        #expect(try !filter.matches(entry(.intent(1))))
        filter.showsAll = true
        #expect(try filter.matches(entry(.intent(1))))
        func matches(_ change: (inout AuditFilter) -> Void) -> Bool {
            var changed = AuditFilter()
            change(&changed)
            return changed.matches(outcome)
        }
        #expect(matches { $0.agent = "research-bot" })
        #expect(!matches { $0.agent = "research" })
        #expect(matches { $0.provider = "example" })
        #expect(!matches { $0.provider = "other" })
        #expect(matches { $0.decision = "allow" })
        #expect(!matches { $0.decision = "deny" })
        #expect(matches { $0.since = Timestamp.parse("2026-07-12T09:41:07Z") })
        #expect(!matches { $0.since = Timestamp.parse("2026-07-12T09:41:08Z") })
    }

    @Test("the table aligns its columns")
    func table() throws {
        var denial = AuditBatch()
        denial.append(
            DenialRecord(
                time: 0,
                requestID: "r",
                agent: "b",
                status: 403,
                errorCode: "no_grant",
                reason: "no grant covers it"
            )
        )
        let entries = [try entry(.outcome(1)), try entry(denial)]
        var table = AuditTable()
        table.fit(entries)
        #expect(
            [table.header()] + entries.map { table.row($0) } == [
                "TIME                  EVENT    AGENT         STATUS  TOOK    "
                    + "REQUEST                                    ABOUT                         ID",
                "2026-07-12T09:41:07Z  outcome  research-bot  200     100 ms  "
                    + "GET https://api.example.com:443/v1/models  research-bot/example          request-1",
                "1970-01-01T00:00:00Z  denied   b             403     -       "
                    + "-                                          no_grant: no grant covers it  r",
            ]
        )
    }

    @Test(
        "durations are short",
        arguments: [
            (0, "0 us"), (999_999, "999 us"), (1_250_000, "1.2 ms"), (12_000_000, "12 ms"), (20_000_000_000, "20 s"),
        ]
    )
    func durations(nanoseconds: Int, text: String) { #expect(AuditTable.duration(nanoseconds) == text) }

    @Test("tail shows the last records over all segments, and follows into new ones")
    func tail() throws {
        let fixture = try AuditFixture()
        try fixture.write(30, segmentBytes: 5_000)
        var tail = AuditTail(fixture.directory, AuditFilter())
        #expect(try tail.last(0).isEmpty)
        #expect(try tail.last(25).map { $0["http.request.id"] } == (5..<30).map { "request-\($0)" })
        #expect(try tail.next().isEmpty)
        try fixture.write(30, from: 30, segmentBytes: 5_000)
        #expect(try tail.next().map { $0["http.request.id"] } == (30..<60).map { "request-\($0)" })
        #expect(try tail.next().isEmpty)
    }

    @Test("show finds the records of a request and says when the outcome is unknown")
    func show() throws {
        let fixture = try AuditFixture()
        let log = try fixture.open()
        _ = submit(log, .exchange(1))
        _ = submit(log, .intent(2))
        log.close(within: .seconds(10))
        let whole = try AuditShow.find("request-1", in: fixture.directory)
        #expect(whole.map(\.line) == [2, 3])
        #expect(AuditShow.text(whole, id: "request-1").contains("  event.outcome              success\n"))
        #expect(!AuditShow.text(whole, id: "request-1").contains("unknown"))
        let open = try AuditShow.find("request-2", in: fixture.directory)
        #expect(AuditShow.text(open, id: "request-2").contains("outcome: unknown"))
        #expect(try AuditShow.find("4", in: fixture.directory).map(\.line) == [4])
        #expect(try AuditShow.find("request-3", in: fixture.directory).isEmpty)
    }

    @Test("the result of a verification says what is wrong and what is only to be noted")
    func verification() throws {
        let fixture = try AuditFixture()
        let log = try fixture.open()
        _ = submit(log, .intent(7))
        log.close(within: .seconds(10))
        try fixture.append("{\"torn")
        let good = VerificationText(try fixture.verify())
        #expect(good.failure == nil)
        #expect(good.summary.contains("verified 3 records in 1 segment, 1 to 3\n"))
        #expect(
            good.summary.contains(
                "notice: torn last line: audit-000001.jsonl:4, 6 bytes, left by a crash of the daemon\n"
            )
        )
        #expect(good.summary.contains("notice: outcome: unknown for 1 intent without one: request-7\n"))

        try fixture.replace(lines: try fixture.lines().dropLast().map { $0.replacing("research-bot", with: "someone") })
        let bad = try fixture.verify()
        let failure = try #require(VerificationText(bad).failure)
        #expect(failure.text.hasPrefix("postern: error: audit-000001.jsonl:2: record 2: it was changed"))
        let object =
            try JSONSerialization.jsonObject(with: Data(try VerificationJSON(bad).text().utf8)) as? [String: Any]
        #expect(object?["ok"] as? Bool == false)
        #expect((object?["finding"] as? [String: Any])?["kind"] as? String == "edited")
    }
}
