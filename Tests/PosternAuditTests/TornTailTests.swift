import Foundation
import PosternAudit
import PosternCore
import Testing

@Suite("Audit log after a crash")
struct TornTailTests {
    private let torn = "{\"@timestamp\":\"2026-07-12T09:41:07.12"

    @Test("a torn last line is reported as such, before and after the restart")
    func tornLine() throws {
        let fixture = try AuditFixture()
        try fixture.write(3)
        try fixture.append(torn)
        let before = try fixture.verify()
        #expect(before.finding == nil)
        #expect(before.tornLines.map(\.isRecorded) == [false])
        #expect(before.tornLines.map(\.bytes) == [torn.utf8.count])
        #expect(before.tornLines.first?.place.description == "audit-000001.jsonl:9")

        try fixture.write(2, from: 3)
        let after = try fixture.verify()
        #expect(after.finding == nil)
        #expect(after.tornLines.map(\.isRecorded) == [true])
        #expect(after.counts.gaps == 1 && after.counts.intents == 5)
        #expect(fixture.reportedEvents.contains(.tornLine(segment: 1, bytes: torn.utf8.count)))
        // What was torn stands in the record now, and the segment is whole lines again.
        #expect(try fixture.lines(segment: 1).count == 8)
        let gap = try JSONSerialization.jsonObject(with: Data(try fixture.lines(segment: 2)[0].utf8)) as? [String: Any]
        #expect(gap?["postern.gap.text"] as? String == torn)
    }

    @Test("between the record of a torn line and its removal the log verifies, but no other tail may stand there")
    func cutOff() throws {
        let fixture = try AuditFixture()
        try fixture.write(1)
        try fixture.append(torn)
        try fixture.write(1, from: 1)
        let whole = try fixture.bytes()
        try fixture.append(torn)
        #expect(try fixture.verify().finding == nil)
        try fixture.replace(whole + Array(torn.replacing("07", with: "08").utf8))
        #expect(try fixture.verify().finding?.kind == .edited)
        try fixture.replace(whole.dropLast(1))
        #expect(try fixture.verify().finding?.kind == .edited)
    }

    @Test("a line cut in the middle of the log is tampering")
    func cutInTheMiddle() throws {
        let fixture = try AuditFixture()
        try fixture.write(30, segmentBytes: 5_000)
        try fixture.replace(segment: 2, Array(try fixture.bytes(segment: 2).dropLast(10)))
        let finding = try #require(try fixture.verify().finding)
        #expect(finding.kind == .edited && finding.place.segment == 2)
    }

    @Test(
        "a crash while the log recovers from a crash is recovered from",
        arguments: [[""], ["{\"@times"], ["", ""], ["{\"@times", ""], ["{\"@times", "{"]]
    )
    func tornRecovery(later: [String]) throws {
        let fixture = try AuditFixture()
        try fixture.write(2)
        try fixture.append(torn)
        for (index, text) in later.enumerated() { try fixture.replace(segment: index + 2, Array(text.utf8)) }
        #expect(try fixture.verify().finding == nil)
        try fixture.write(2, from: 2)
        let report = try fixture.verify()
        #expect(report.finding == nil)
        #expect(report.counts.intents == 4)
        #expect(report.tornLines.count == 1 + later.filter { !$0.isEmpty }.count)
        #expect(!report.tornLines.contains { !$0.isRecorded })
    }

    @Test("a first line that was torn starts the log anew")
    func tornFirstLine() throws {
        let fixture = try AuditFixture()
        try fixture.write(0)
        try fixture.replace(Array(torn.utf8))
        try fixture.write(1)
        let report = try fixture.verify()
        #expect(report.finding == nil && report.firstSequence == 1)
    }

    @Test("a log whose last line is not a record is not continued")
    func damaged() throws {
        let fixture = try AuditFixture()
        try fixture.write(1)
        try fixture.append("nonsense\n")
        #expect(throws: AuditLogError.self) { try fixture.open() }
    }

    @Test("an intent whose outcome was lost is counted as unknown")
    func openIntents() throws {
        let fixture = try AuditFixture()
        let log = try fixture.open()
        #expect(submit(log, .intent(1)) == true)
        #expect(submit(log, .exchange(2)) == true)
        #expect(log.close(within: .seconds(10)))
        let report = try fixture.verify()
        #expect(report.openIntents.count == 1 && report.openIntents.requestIDs == ["request-1"])
    }
}
