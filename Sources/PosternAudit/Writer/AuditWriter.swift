internal import Glibc
internal import PosternCore

/// Writes the log: takes what waits in the queue, chains it, writes it in groups and reports back.
///
/// Confined to one thread. One turn of ``run()``: lost or kept records of earlier turns first, then the new batches
/// in the order of submission, each group with one system call. A group is written whole or not at all; its batches
/// are told so. When a group fails, the intents of it and of all batches behind it are refused, and their other
/// records wait in the backlog; the next turn, at the latest after the retry interval, tries again from there.
final class AuditWriter {
    private let directory: AuditDirectory
    private let settings: AuditSettings
    private let limits: AuditLogLimits
    private let queue: AuditQueue
    private let onEvent: @Sendable (AuditLogEvent) -> Void
    private let lock: FileDescriptor
    private let key: SigningKey

    private var segment: SegmentFile
    private var chain: ChainPosition
    private var group = LineGroup()
    private var gaps: [Gap]
    private var backlog: Backlog
    private var housekeeping = AuditBatch()
    private var checkpointAt: Int64
    private var lastCheckpoint: ChainPosition?
    private var wantsCheckpoint = true
    /// The size at which the segment is closed: the setting, or more after a new one could not be made.
    private var rotationSize: Int
    private var isFailing = false

    /// Takes the lock, finds the end of the log and continues it with a checkpoint.
    init(
        directory: AuditDirectory,
        settings: AuditSettings,
        limits: AuditLogLimits,
        queue: AuditQueue,
        onEvent: @escaping @Sendable (AuditLogEvent) -> Void
    ) throws(AuditLogError) {
        self.directory = directory
        self.settings = settings
        self.limits = limits
        self.queue = queue
        self.onEvent = onEvent
        try directory.create()
        lock = try directory.lock()
        key = try SigningKey(directory: directory)
        let end = try TailRecovery(directory: directory)
        segment = try SegmentFile(directory: directory, number: end.segment, durability: settings.durability)
        chain = end.chain
        gaps = end.gaps
        backlog = Backlog(limit: limits.backlogBytes)
        checkpointAt = SystemClock.monotonic()
        rotationSize = settings.segmentBytes
        onEvent(.segment(path: segment.path))
        var nothing = PendingRecords()
        if let error = write(&nothing) { throw error }
        for gap in end.gaps { cutOff(gap) }
    }

    /// Writes until the queue is closed, then as long as there is something left and time for it.
    ///
    /// - Returns: whether everything was written.
    func run() -> Bool {
        var taken = PendingRecords()
        while true {
            let orders = queue.take(&taken, wakeAt: nextTurn)
            backlog.dropped += orders.dropped
            if orders.endsAt != nil || SystemClock.monotonic() >= checkpointAt { wantsCheckpoint = true }
            let error = write(&taken)
            taken.removeAll()
            guard let endsAt = orders.endsAt else { continue }
            if error == nil { return true }
            let now = SystemClock.monotonic()
            if now >= endsAt { return false }
            Parker().sleep(nanoseconds: min(endsAt - now, limits.retryInterval.nanoseconds))
        }
    }

    /// When the writer has something to do although nobody submits; `nil` is never.
    private var nextTurn: Int64? {
        if isFailing { return SystemClock.monotonic() + limits.retryInterval.nanoseconds }
        return chain == lastCheckpoint ? nil : checkpointAt
    }

    // MARK: One turn

    /// Writes the backlog and the batches of `taken`, as far as that is possible, and completes every batch.
    private func write(_ taken: inout PendingRecords) -> AuditLogError? {
        var submission = 0
        var entry = 0
        do {
            try prepareSegment()
            try writeBacklog()
            repeat {
                begin()
                var end = (submission: submission, entry: entry)
                while end.entry < taken.entries.count, group.byteCount < limits.groupBytes {
                    fill(from: taken, &end)
                }
                try commit()
                while submission < taken.submissions.count, taken.submissions[submission].end <= end.entry {
                    taken.submissions[submission].completion(true)
                    submission += 1
                }
                entry = end.entry
            } while entry < taken.entries.count
            return nil
        } catch {
            if !isFailing { onEvent(.failing(error)) }
            isFailing = true
            refuse(taken, fromSubmission: submission, entry: entry)
            return error
        }
    }

    /// Adds the next batch to the group: a batch is never split between groups, so that it has one answer.
    private func fill(from taken: borrowing PendingRecords, _ end: inout (submission: Int, entry: Int)) {
        var stop = taken.entries.count
        if end.submission < taken.submissions.count {
            stop = taken.submissions[end.submission].end
            end.submission += 1
        }
        while end.entry < stop {
            taken.withRecord(end.entry) { group.append($0) }
            end.entry += 1
        }
    }

    private func writeBacklog() throws(AuditLogError) {
        // While nothing can be written, trying with a little finds out as well and costs less.
        let groupBytes = isFailing ? min(limits.groupBytes, 65_536) : limits.groupBytes
        while backlog.count > 0 {
            begin()
            let count = backlog.fill(&group, upTo: groupBytes)
            try commit()
            backlog.removeFirst(count)
        }
        guard backlog.dropped > 0 else { return }
        begin()
        append(Gap(cause: .dropped(records: backlog.dropped)))
        try commit()
        backlog.dropped = 0
    }

    private func refuse(_ taken: borrowing PendingRecords, fromSubmission submission: Int, entry: Int) {
        for index in entry..<taken.entries.count where !taken.entries[index].isIntent {
            taken.withRecord(index) { backlog.append($0) }
        }
        for index in submission..<taken.submissions.count { taken.submissions[index].completion(false) }
    }

    // MARK: Groups and segments

    /// Starts a group with what must come first in it.
    private func begin() {
        group.begin(behind: chain)
        for gap in gaps { append(gap) }
    }

    private func append(_ gap: Gap) {
        housekeeping.removeAll()
        housekeeping.append(isIntent: false) { gap.encode(into: &$0) }
        housekeeping.withBytes { group.append($0) }
    }

    private func appendCheckpoint() {
        housekeeping.removeAll()
        housekeeping.append(isIntent: false) { Checkpoint(keyID: key.id).encode(into: &$0) }
        housekeeping.withBytes { group.appendCheckpoint($0, key: key) }
    }

    /// Writes the group, with a checkpoint if one is due or the group fills the segment.
    private func commit() throws(AuditLogError) {
        if group.isEmpty, chain == lastCheckpoint { wantsCheckpoint = false }
        if wantsCheckpoint || (!group.isEmpty && segment.size + group.byteCount >= rotationSize) { appendCheckpoint() }
        if group.isEmpty { return }
        try group.withBytes { bytes throws(AuditLogError) in try segment.append(bytes) }
        chain = group.chain
        gaps = []
        if isFailing { onEvent(.recovered(dropped: backlog.dropped)) }
        isFailing = false
        guard let checkpoint = group.checkpoint else { return }
        lastCheckpoint = checkpoint
        wantsCheckpoint = false
        checkpointAt = SystemClock.monotonic() + settings.checkpointInterval.nanoseconds
        onEvent(.checkpoint(sequence: checkpoint.sequence, hash: checkpoint.hexadecimalHash))
    }

    /// Removes a torn line that is on record now.
    ///
    /// Where that is not possible it may stay: readers know of it.
    private func cutOff(_ gap: Gap) {
        guard case .tail(let segment, let offset, let tail?) = gap.cause else { return }
        _ = truncate(directory.segmentPath(segment), off_t(offset))
        onEvent(.tornLine(segment: segment, bytes: tail.bytes))
    }

    /// Moves on to a new segment when this one is full, or when a failed write left something in it that could not be
    /// cut off.
    private func prepareSegment() throws(AuditLogError) {
        guard segment.size >= rotationSize || segment.isBroken else { return }
        let next: SegmentFile
        do throws(AuditLogError) {
            next = try SegmentFile(directory: directory, number: segment.number + 1, durability: settings.durability)
            guard next.size == 0 else { throw .damaged(path: next.path, reason: "is not ours") }
        } catch {
            if segment.isBroken { throw error }
            onEvent(.rotationFailed(error))
            rotationSize = segment.size + limits.groupBytes
            return
        }
        if segment.isBroken {
            gaps.append(Gap(cause: .tail(segment: segment.number, offset: segment.size, nil)))
        }
        segment = next
        rotationSize = settings.segmentBytes
        onEvent(.segment(path: segment.path))
    }
}
