import Foundation
import PosternAudit
import PosternCore
import Testing

@Suite("Audit log")
struct AuditLogTests {
    @Test("records are written in order, numbered and chained, and the log verifies")
    func order() throws {
        let fixture = try AuditFixture()
        try fixture.write(50)
        let lines = try fixture.lines()
        for (index, line) in lines.enumerated() { #expect(line.contains("\"event.sequence\":\(index + 1),")) }
        let report = try fixture.verify()
        #expect(report.finding == nil)
        #expect(report.counts.intents == 50 && report.counts.outcomes == 50)
        // One checkpoint at start, one at the end.
        #expect(report.counts.checkpoints == 2 && report.unsigned == 0)
        #expect(report.lastSequence == 102 && report.openIntents.count == 0)
    }

    @Test("many threads submit at once: nothing is lost, and each thread's records keep their order")
    func concurrency() throws {
        let fixture = try AuditFixture()
        let log = try fixture.open(segmentBytes: 100_000)
        DispatchQueue.concurrentPerform(iterations: 8) { thread in
            for number in 0..<200 {
                let answer = Answer()
                log.submit(.exchange(thread * 1000 + number)) { answer.give($0) }
                if number % 50 == 0 { _ = answer.wait() }
            }
        }
        #expect(log.close(within: .seconds(10)))
        let report = try fixture.verify()
        #expect(report.finding == nil)
        #expect(report.counts.intents == 1600 && report.counts.outcomes == 1600 && report.segments > 5)
    }

    @Test("a full segment is closed by a checkpoint and the next continues the chain")
    func rotation() throws {
        let fixture = try AuditFixture()
        try fixture.write(40, segmentBytes: 5_000)
        let segments = try fixture.directory.segments()
        #expect(segments.count > 5)
        for segment in segments.dropLast() {
            let last = try #require(try fixture.lines(segment: segment).last)
            #expect(last.contains("\"event.action\":\"checkpoint\""))
        }
        #expect(try fixture.verify().finding == nil)
    }

    @Test("a restart continues the chain in the same segment")
    func restart() throws {
        let fixture = try AuditFixture()
        try fixture.write(3)
        try fixture.write(3, from: 3)
        #expect(try fixture.directory.segments() == [1])
        let report = try fixture.verify()
        #expect(report.finding == nil && report.counts.intents == 6 && report.counts.checkpoints == 4)
    }

    @Test("durability fsync writes the same log")
    func fsync() throws {
        let fixture = try AuditFixture()
        let log = try fixture.open(segmentBytes: 2_000, durability: .fsync)
        for number in 0..<5 { #expect(submit(log, .exchange(number)) == true) }
        #expect(log.close(within: .seconds(10)))
        #expect(try fixture.verify().finding == nil)
    }

    @Test("a second daemon is refused while the first runs, and not after it")
    func lock() throws {
        let fixture = try AuditFixture()
        let log = try fixture.open()
        #expect(throws: AuditLogError.locked(path: fixture.directory.path)) { try fixture.open() }
        #expect(fixture.directory.isBeingWritten())
        #expect(log.close(within: .seconds(10)))
        #expect(!fixture.directory.isBeingWritten())
        #expect(try fixture.open().close(within: .seconds(10)))
    }

    @Test("the directory and every file in it are for the owner alone, and a key that is not is refused")
    func modes() throws {
        let fixture = try AuditFixture()
        try fixture.write(1)
        func mode(_ path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        #expect(try mode(fixture.directory.path) == 0o700)
        for name in try FileManager.default.contentsOfDirectory(atPath: fixture.directory.path) {
            #expect(try mode(fixture.directory.path + "/" + name) == 0o600, "\(name)")
        }
        let key = fixture.directory.keyPath
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: key)
        #expect(throws: AuditLogError.exposed(path: key, reason: "may be read by other users")) { try fixture.open() }
    }

    @Test("after close, batches are refused at once")
    func closed() throws {
        let fixture = try AuditFixture()
        let log = try fixture.open()
        #expect(log.close(within: .seconds(10)))
        #expect(submit(log, .intent(1)) == false)
        #expect(try fixture.verify().counts.intents == 0)
    }

    @Test("the checkpoints that the daemon is told of anchor the log")
    func anchors() throws {
        let fixture = try AuditFixture()
        try fixture.write(5)
        let anchors = fixture.reportedEvents.compactMap { event -> AuditAnchor? in
            guard case .checkpoint(let sequence, let hash) = event else { return nil }
            return AuditAnchor("\(sequence):\(hash)")
        }
        #expect(anchors.count == 2)
        var options = AuditVerifier.Options()
        options.anchors = anchors
        #expect(try fixture.verify(options).finding == nil)
    }

    @Test("checkpoints are written at the interval while records arrive, and none while nothing happens")
    func interval() throws {
        let fixture = try AuditFixture()
        var settings = AuditSettings()
        settings.checkpointInterval = .milliseconds(20)
        let checkpoints = Answer()
        let log = try AuditLog(stateDirectory: fixture.state, settings: settings) { event in
            if case .checkpoint(let sequence, _) = event, sequence == 4 { checkpoints.give(true) }
        }
        #expect(submit(log, .exchange(0)) == true)
        // The writer signs records 2 and 3 by itself.
        #expect(checkpoints.wait() == true)
        #expect(log.close(within: .seconds(10)))
        #expect(try fixture.verify().counts.checkpoints == 2)
    }

    @Test("a queue that is full refuses intents and keeps what has happened")
    func queueBound() throws {
        let fixture = try AuditFixture()
        var limits = AuditLogLimits()
        limits.pendingBytes = 1
        let log = try fixture.open(limits: limits)
        #expect(submit(log, .exchange(0)) == false)
        #expect(log.close(within: .seconds(10)))
        let report = try fixture.verify()
        #expect(report.finding == nil && report.counts.intents == 0 && report.counts.outcomes == 1)
    }
}
