import Foundation
import PosternAudit
import PosternCore
import Synchronization

/// A log in a scratch directory that is removed with the fixture.
final class AuditFixture: Sendable {
    let state: String
    let directory: AuditDirectory
    private let events = Mutex<[AuditLogEvent]>([])

    init() throws {
        state = NSTemporaryDirectory() + "postern-audit-" + UUID().uuidString
        directory = AuditDirectory(stateDirectory: state)
    }

    deinit { try? FileManager.default.removeItem(atPath: state) }

    var reportedEvents: [AuditLogEvent] { events.withLock { $0 } }

    func open(
        segmentBytes: Int = 1 << 26,
        durability: AuditSettings.Durability = .write,
        limits: AuditLogLimits = AuditLogLimits()
    ) throws -> AuditLog {
        var settings = AuditSettings()
        settings.segmentBytes = segmentBytes
        settings.durability = durability
        return try AuditLog(stateDirectory: state, settings: settings, limits: limits) { [weak self] event in
            self?.events.withLock { $0.append(event) }
        }
    }

    /// Writes a log of `count` exchanges and closes it.
    func write(_ count: Int, from first: Int = 0, segmentBytes: Int = 1 << 26) throws {
        let log = try open(segmentBytes: segmentBytes)
        for number in first..<(first + count) { _ = submit(log, .exchange(number)) }
        guard log.close(within: .seconds(10)) else { throw Incomplete() }
    }

    struct Incomplete: Error {}

    func verify(_ options: AuditVerifier.Options = .init()) throws -> AuditVerification {
        try AuditVerifier.verify(directory, options)
    }

    // MARK: Files

    func lines(segment: Int = 1) throws -> [String] {
        String(decoding: try bytes(segment: segment), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    func bytes(segment: Int = 1) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: directory.segmentPath(segment))))
    }

    func replace(segment: Int = 1, _ bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: directory.segmentPath(segment)))
    }

    func replace(segment: Int = 1, lines: [String]) throws {
        try replace(segment: segment, Array((lines.joined(separator: "\n") + "\n").utf8))
    }

    func append(_ text: String, segment: Int = 1) throws {
        try replace(segment: segment, try bytes(segment: segment) + Array(text.utf8))
    }
}

/// Submits a batch and waits for the answer, at most ten seconds.
func submit(_ log: AuditLog, _ batch: borrowing AuditBatch) -> Bool? {
    let answer = Answer()
    log.submit(batch) { answer.give($0) }
    return answer.wait()
}

/// An answer that comes on another thread.
final class Answer: Sendable {
    private let value = Mutex<Bool?>(nil)
    private let semaphore = DispatchSemaphore(value: 0)

    func give(_ answer: Bool) {
        value.withLock { $0 = answer }
        semaphore.signal()
    }

    func wait() -> Bool? {
        guard semaphore.wait(timeout: .now() + 10) == .success else { return nil }
        return value.withLock { $0 }
    }
}

extension AuditBatch {
    /// The intent and the outcome of one exchange.
    static func exchange(_ number: Int) -> AuditBatch {
        var batch = AuditBatch()
        batch.append(IntentRecord.sample(number))
        batch.append(OutcomeRecord.sample(number))
        return batch
    }

    static func intent(_ number: Int) -> AuditBatch {
        var batch = AuditBatch()
        batch.append(IntentRecord.sample(number))
        return batch
    }

    static func outcome(_ number: Int) -> AuditBatch {
        var batch = AuditBatch()
        batch.append(OutcomeRecord.sample(number))
        return batch
    }
}

extension AuditURL {
    /// A URL on `api.example.com`.
    static func sample(path: String = "/v1/models", query: String? = nil) -> AuditURL {
        guard let host = HostName("api.example.com") else { preconditionFailure("the sample host is valid") }
        return AuditURL(
            destination: Destination(scheme: .https, host: host, port: 443),
            path: Array(path.utf8)[...],
            query: query.map { Array($0.utf8)[...] }
        )
    }
}

extension IntentRecord {
    static func sample(_ number: Int, run: [UInt8]? = nil, url: AuditURL = .sample()) -> IntentRecord {
        IntentRecord(
            time: 1_783_849_267_123_456_789,
            requestID: "request-\(number)",
            agent: "research-bot",
            identity: .socket,
            peer: AuditPeer(userID: 1001, processID: 4242),
            provider: "example",
            grant: "research-bot/example",
            method: .get,
            url: url,
            tags: AuditTags(run: run?[...])
        )
    }
}

extension OutcomeRecord {
    static func sample(_ number: Int) -> OutcomeRecord {
        OutcomeRecord(
            time: 1_783_849_267_223_456_789,
            requestID: "request-\(number)",
            agent: "research-bot",
            provider: "example",
            grant: "research-bot/example",
            method: .get,
            url: .sample(),
            result: .success,
            status: 200,
            measurements: OutcomeRecord.Measurements(
                duration: 100_000_000,
                firstByte: 90_000_000,
                responseBodyBytes: 512
            )
        )
    }
}

/// What a log reported, in order.
final class EventList: Sendable {
    private let events = Mutex<[AuditLogEvent]>([])

    var all: [AuditLogEvent] { events.withLock { $0 } }

    func append(_ event: AuditLogEvent) { events.withLock { $0.append(event) } }
}
