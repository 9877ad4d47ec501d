import Foundation
import PosternAudit
import PosternCore
import Testing

@Suite("Audit verification")
struct VerifierTests {
    /// Lines 1 and 22 are checkpoints, an even line is an intent, an odd one its outcome.
    private func log() throws -> AuditFixture {
        let fixture = try AuditFixture()
        try fixture.write(10)
        return fixture
    }

    @Test("any flipped bit is found, and named by its line or, where it hides the end of one, the next")
    func everyByte() throws {
        let fixture = try AuditFixture()
        try fixture.write(2)
        let bytes = try fixture.bytes()
        var line = 1
        for index in bytes.indices {
            var flipped = bytes
            flipped[index] ^= 1
            try fixture.replace(flipped)
            let report = try fixture.verify()
            // Without its newline, the last line is torn: its bytes are whole, but nobody can know that.
            if index == bytes.count - 1 {
                #expect(report.finding == nil && report.tornLines.count == 1)
            } else {
                let finding = report.finding
                #expect(finding?.place.line == line, "byte \(index): \(String(describing: finding))")
            }
            if bytes[index] == UInt8(ascii: "\n") { line += 1 }
        }
    }

    /// What an attacker does with the lines, and what the verifier says of it.
    struct Tampering: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let kind: AuditVerification.Finding.Kind
        let line: Int
        let change: @Sendable (inout [String]) -> Void
    }

    static let tamperings: [Tampering] = [
        Tampering(testDescription: "delete one", kind: .missing, line: 7) { $0.remove(at: 6) },
        Tampering(testDescription: "delete several", kind: .missing, line: 4) { $0.removeSubrange(3..<9) },
        Tampering(testDescription: "delete the first", kind: .missing, line: 1) { $0.removeFirst() },
        Tampering(testDescription: "swap neighbours", kind: .reordered, line: 5) { $0.swapAt(4, 5) },
        Tampering(testDescription: "swap far apart", kind: .reordered, line: 3) { $0.swapAt(2, 17) },
        Tampering(testDescription: "move to the end", kind: .reordered, line: 5) { $0.append($0.remove(at: 4)) },
        Tampering(testDescription: "copy", kind: .reordered, line: 6) { $0.insert($0[4], at: 5) },
        Tampering(testDescription: "insert", kind: .edited, line: 6) { $0.insert("{}", at: 5) },
        Tampering(testDescription: "empty line", kind: .edited, line: 6) { $0.insert("", at: 5) },
        Tampering(testDescription: "edit a value", kind: .edited, line: 8) {
            $0[7] = $0[7].replacing("research-bot", with: "innocent-bot")
        },
        Tampering(testDescription: "edit a number", kind: .edited, line: 3) {
            $0[2] = $0[2].replacing(":200", with: ":403")
        },
        Tampering(testDescription: "renumber", kind: .edited, line: 8) {
            $0[7] = $0[7].replacing("\"event.sequence\":8", with: "\"event.sequence\":9")
        },
        Tampering(testDescription: "another hash", kind: .edited, line: 8) {
            $0[7] = $0[7].replacing("postern.previous\":\"", with: "postern.previous\":\"0").replacing("\"}", with: "}")
        },
        Tampering(testDescription: "change white space", kind: .edited, line: 8) {
            $0[7] = $0[7].replacing(",", with: ", ")
        },
        Tampering(testDescription: "edit the last before the checkpoint", kind: .edited, line: 21) {
            $0[20] = $0[20].replacing(":200", with: ":403")
        },
        Tampering(testDescription: "edit the last checkpoint", kind: .signature, line: 22) {
            $0[21] = $0[21].replacing("T", with: "t")
        },
    ]

    @Test("tampering is found and named", arguments: tamperings)
    func tampering(_ tampering: Tampering) throws {
        let fixture = try log()
        var lines = try fixture.lines()
        #expect(lines.count == 22)
        tampering.change(&lines)
        try fixture.replace(lines: lines)
        let finding = try #require(try fixture.verify().finding)
        #expect(finding.kind == tampering.kind, "\(finding)")
        #expect(finding.place.line == tampering.line, "\(finding)")
    }

    @Test("a chain that was computed anew after an edit fails at the next checkpoint")
    func rechained() throws {
        let fixture = try log()
        var lines = try fixture.lines()
        lines[7] = lines[7].replacing("research-bot", with: "innocent-bot")
        try fixture.replace(lines: Rechaining.rechain(lines))
        let finding = try #require(try fixture.verify().finding)
        #expect(finding.kind == .signature && finding.place.line == 22)
    }

    @Test("a log that was written anew with another key fails against the key that is kept elsewhere")
    func anotherKey() throws {
        let genuine = try log()
        let forged = try log()
        var options = AuditVerifier.Options()
        options.keys = try VerifyingKeys(path: genuine.directory.publicKeyPath)
        #expect(try forged.verify().finding == nil)
        #expect(try forged.verify(options).finding?.kind == .key)
    }

    @Test("a lost key is replaced by a new one, and the checkpoints of the old one still verify")
    func newKey() throws {
        let fixture = try log()
        try FileManager.default.removeItem(atPath: fixture.directory.keyPath)
        try fixture.write(1, from: 10)
        let report = try fixture.verify()
        #expect(report.finding == nil && report.keyIDs.count == 2)
    }

    @Test("a cut at the end of a line is found by an anchor only")
    func truncation() throws {
        let fixture = try log()
        let whole = try fixture.verify()
        let lines = try fixture.lines()
        var options = AuditVerifier.Options()
        options.anchors = [try #require(AuditAnchor("\(whole.lastSequence):\(whole.lastHash)"))]
        #expect(try fixture.verify(options).finding == nil)
        try fixture.replace(lines: Array(lines.prefix(15)))
        let report = try fixture.verify()
        #expect(report.finding == nil && report.unsigned == 14)
        #expect(try fixture.verify(options).finding?.kind == .truncated)
        // Grown again to the old length by somebody without the key.
        try fixture.write(4, from: 20)
        #expect(try fixture.verify().finding == nil)
        #expect(try fixture.verify(options).finding?.kind == .anchor)
    }

    @Test("a missing segment is found; at the start it can be allowed")
    func missingSegments() throws {
        let fixture = try AuditFixture()
        try fixture.write(40, segmentBytes: 5_000)
        let files = FileManager.default
        try files.removeItem(atPath: fixture.directory.segmentPath(1))
        #expect(try fixture.verify().finding?.kind == .missing)
        var options = AuditVerifier.Options()
        options.allowsMissingStart = true
        let report = try fixture.verify(options)
        #expect(report.finding == nil && (report.firstSequence ?? 0) > 1)
        try files.removeItem(atPath: fixture.directory.segmentPath(3))
        #expect(try fixture.verify(options).finding?.kind == .missing)
        try files.moveItem(atPath: fixture.directory.segmentPath(2), toPath: fixture.directory.segmentPath(3))
        #expect(try fixture.verify(options).finding?.kind == .missing)
    }

    @Test("swapped segments are found")
    func swappedSegments() throws {
        let fixture = try AuditFixture()
        try fixture.write(40, segmentBytes: 5_000)
        let (second, third) = (try fixture.bytes(segment: 2), try fixture.bytes(segment: 3))
        try fixture.replace(segment: 2, third)
        try fixture.replace(segment: 3, second)
        let finding = try #require(try fixture.verify().finding)
        #expect(finding.kind == .reordered && finding.place.segment == 2 && finding.place.line == 1)
    }

    @Test("a log is verified while it is written and rotated")
    func live() throws {
        let fixture = try AuditFixture()
        let log = try fixture.open(segmentBytes: 20_000)
        for round in 0..<20 {
            for number in 0..<50 { log.submit(.exchange(round * 50 + number)) { _ in } }
            let report = try fixture.verify()
            #expect(report.finding == nil && report.isBeingWritten, "\(String(describing: report.finding))")
        }
        #expect(log.close(within: .seconds(10)))
        #expect(try fixture.verify().counts.intents == 1000)
    }

    @Test(
        "anchors are a number and a hash",
        arguments: ["", "1", "1:", ":", "0:\(String(repeating: "a", count: 64))", "1:xyz"]
    )
    func malformedAnchors(text: String) { #expect(AuditAnchor(text) == nil) }

    @Test("a directory without a log is an error")
    func absent() throws {
        let fixture = try AuditFixture()
        #expect(throws: AuditLogError.absent(path: fixture.directory.path)) { try fixture.verify() }
    }
}
