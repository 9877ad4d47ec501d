/// What the log tells the daemon, so that it can tell the journal.
///
/// Called on the writer's thread.
package enum AuditLogEvent: Equatable, Sendable {
    /// A checkpoint was written: `hash` is the SHA-256 of its line, in hexadecimal. Kept outside the directory, the
    /// pair is an anchor that shows if the log is cut or replaced later.
    case checkpoint(sequence: Int, hash: String)
    /// A new segment was started.
    case segment(path: String)
    /// After a crash, an incomplete last line was found in a segment; it is on record now.
    case tornLine(segment: Int, bytes: Int)
    /// Records cannot be written; intents are refused until ``recovered``.
    case failing(AuditLogError)
    /// Records can be written again; so many could not be kept meanwhile.
    case recovered(dropped: Int)
    /// Retention is needed or the disk is odd: no new segment could be made, the old one is used on.
    case rotationFailed(AuditLogError)
}
