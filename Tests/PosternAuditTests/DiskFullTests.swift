import Foundation
import PosternAudit
import PosternCore
import Testing

#if canImport(Glibc)
import Glibc
#endif

@Suite("Audit log on a full disk")
struct DiskFullTests {
    /// A file system of 256 KiB, unmounted at the end.
    final class TinyDisk {
        let path: String

        init?() {
            path = NSTemporaryDirectory() + "postern-tiny-" + UUID().uuidString
            guard mkdir(path, 0o700) == 0 else { return nil }
            guard mount("tmpfs", path, "tmpfs", 0, "size=256k") == 0 else {
                rmdir(path)
                return nil
            }
        }

        deinit {
            umount2(path, 2)
            rmdir(path)
        }

        var filler: String { path + "/filler" }

        /// Takes all space that is left.
        func fill() {
            let file = open(filler, O_WRONLY | O_CREAT, 0o600)
            let zeros = [UInt8](repeating: 0, count: 4096)
            while write(file, zeros, zeros.count) > 0 {}
            close(file)
        }

        func free() { unlink(filler) }
    }

    static var canMount: Bool { TinyDisk() != nil }

    @Test(
        "intents are refused, what has happened is kept, and all goes on by itself",
        .enabled(if: canMount, "needs root")
    )
    func fullDisk() throws {
        let disk = try #require(TinyDisk())
        let directory = AuditDirectory(stateDirectory: disk.path)
        let events = EventList()
        let log = try AuditLog(stateDirectory: disk.path, settings: AuditSettings()) { events.append($0) }
        #expect(submit(log, .exchange(0)) == true)
        disk.fill()
        // The last page of the segment may have room for a few more.
        var number = 1
        while number < 100, submit(log, .intent(number)) == true { number += 1 }
        #expect(number < 100)
        for later in 200..<210 { #expect(submit(log, .intent(later)) == false) }
        #expect(submit(log, .outcome(0)) == false)
        #expect(events.all.contains { if case .failing = $0 { true } else { false } })
        #expect(try AuditVerifier.verify(directory).finding == nil)

        disk.free()
        #expect(submit(log, .exchange(300)) == true)
        #expect(events.all.contains(.recovered(dropped: 0)))
        #expect(log.close(within: .seconds(10)))
        let report = try AuditVerifier.verify(directory)
        #expect(report.finding == nil && report.tornLines.isEmpty && report.dropped == 0)
        #expect(report.counts.intents == number + 1)
        #expect(report.counts.outcomes == 3)
    }

    @Test(
        "the backlog is written on a timer, and what found no room in it is counted",
        .enabled(if: canMount, "needs root")
    )
    func backlog() throws {
        let disk = try #require(TinyDisk())
        let events = EventList()
        var limits = AuditLogLimits()
        limits.backlogBytes = 2_000
        limits.retryInterval = .milliseconds(10)
        let recovered = Answer()
        let log = try AuditLog(stateDirectory: disk.path, settings: AuditSettings(), limits: limits) { event in
            events.append(event)
            if case .recovered = event { recovered.give(true) }
        }
        disk.fill()
        while submit(log, .intent(0)) == true {}
        for number in 0..<20 { _ = submit(log, .outcome(number)) }
        disk.free()
        #expect(recovered.wait() == true)
        #expect(log.close(within: .seconds(10)))
        let report = try AuditVerifier.verify(AuditDirectory(stateDirectory: disk.path))
        #expect(report.finding == nil)
        #expect(report.dropped > 0 && report.counts.outcomes > 0)
        #expect(report.counts.outcomes + report.dropped == 20)
    }

    @Test(
        "what a failed write left and nobody can cut off is left behind in its segment",
        .enabled(if: canMount && access("/usr/bin/chattr", X_OK) == 0, "needs root and chattr")
    )
    func appendOnly() throws {
        let disk = try #require(TinyDisk())
        let directory = AuditDirectory(stateDirectory: disk.path)
        let log = try AuditLog(stateDirectory: disk.path, settings: AuditSettings())
        // An append-only file cannot be truncated, not even by root.
        let chattr = try Process.run(
            URL(fileURLWithPath: "/usr/bin/chattr"),
            arguments: ["+a", directory.segmentPath(1)]
        )
        chattr.waitUntilExit()
        try #require(chattr.terminationStatus == 0)
        disk.fill()
        var number = 0
        while number < 100, submit(log, .intent(number)) == true { number += 1 }
        #expect(submit(log, .outcome(0)) == false)
        disk.free()
        #expect(submit(log, .exchange(200)) == true)
        #expect(log.close(within: .seconds(10)))
        #expect(try directory.segments() == [1, 2])
        let report = try AuditVerifier.verify(directory)
        #expect(report.finding == nil && report.counts.gaps == 1)
        #expect(report.counts.intents == number + 1 && report.counts.outcomes == 2)
    }

    @Test(
        "a log cannot be opened on a full disk, and closing one there ends at the deadline",
        .enabled(if: canMount, "needs root")
    )
    func startAndStop() throws {
        let disk = try #require(TinyDisk())
        let log = try AuditLog(stateDirectory: disk.path, settings: AuditSettings())
        disk.fill()
        while submit(log, .intent(0)) == true {}
        _ = submit(log, .outcome(0))
        #expect(!log.close(within: .seconds(1)))
        #expect(throws: AuditLogError.self) { try AuditLog(stateDirectory: disk.path, settings: AuditSettings()) }
        disk.free()
        #expect(try AuditLog(stateDirectory: disk.path, settings: AuditSettings()).close(within: .seconds(10)))
    }
}
