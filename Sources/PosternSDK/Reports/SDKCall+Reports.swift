internal import PosternCore

extension SDKCall {
    /// The longest text that is taken over into the audit log.
    private static let maxTextBytes = 2048

    /// Writes down what the client reports; it is in the log when this returns.
    func record(_ subjects: [ReportRecord.Subject], reason: String? = nil) async throws {
        guard !subjects.isEmpty else { return }
        var batch = AuditBatch()
        var attribution = caller.attribution(reason: reason)
        for subject in subjects {
            let record = ReportRecord(
                time: services.now(),
                requestID: request.id,
                agent: caller.agent?.name,
                peer: request.peer.audited,
                attribution: attribution,
                subject: subject
            )
            // As an intent, which the log refuses where it would keep a fact until it can be written.
            batch.append(isIntent: true) { record.encode(into: &$0) }
            // The first of a request says it for all of them, which have its id.
            attribution.context = nil
        }
        guard await services.sink.takes(batch) else {
            throw SDKRefusal(status: 503, code: "audit_unavailable", message: "the audit log cannot be written now")
        }
    }

    /// A text of a client as the audit log takes it: not longer than what anybody reads.
    static func shortened(_ text: String?) -> String? {
        text.map { $0.utf8.count <= maxTextBytes ? $0 : String(decoding: $0.utf8.prefix(maxTextBytes), as: UTF8.self) }
    }
}

extension AuditSink {
    fileprivate func takes(_ batch: consuming AuditBatch) async -> Bool {
        await withCheckedContinuation { continuation in
            submit(batch) { continuation.resume(returning: $0) }
        }
    }
}
