/// Where audit records go. Implemented by the writer of the log, and by tests.
package protocol AuditSink: Sendable {
    /// Takes a batch over and reports, once and on any thread, whether its intents are recorded.
    ///
    /// Records are written in the order of the calls. `completion(false)` means that no intent of the batch is or
    /// will be in the log; records that are not intents are kept and written as soon as that is possible again.
    func submit(_ batch: AuditBatch, completion: @escaping @Sendable (_ intentsRecorded: Bool) -> Void)
}
