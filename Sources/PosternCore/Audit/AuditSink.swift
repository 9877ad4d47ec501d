/// Where audit records go.
///
/// Implemented by the writer of the log, and by tests.
package protocol AuditSink: Sendable {
    /// Takes the records of a batch over and reports, once and on any thread, whether its intents are recorded.
    ///
    /// The sink copies what it needs before it returns; the caller may then empty the batch and use it again. Records
    /// are written in the order of the calls. `completion(false)` means that the intents of the batch must be taken
    /// as not recorded; records that are not intents are kept and written as soon as that is possible again.
    /// The completion may be called before this returns, when the sink refuses at once.
    func submit(_ batch: borrowing AuditBatch, completion: @escaping @Sendable (_ intentsRecorded: Bool) -> Void)
}
