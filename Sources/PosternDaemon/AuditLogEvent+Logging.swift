internal import Logging
internal import PosternAudit

extension AuditLogEvent {
    /// Tells the journal.
    ///
    /// A checkpoint there is an anchor that whoever can change the audit directory cannot reach.
    func log(to logger: Logger) {
        switch self {
        case .checkpoint(let sequence, let hash):
            logger.notice("audit checkpoint", metadata: ["sequence": "\(sequence)", "hash": "\(hash)"])
        case .segment(let path): logger.info("audit segment started", metadata: ["path": "\(path)"])
        case .tornLine(let segment, let bytes):
            logger.warning(
                "the last audit line was torn by a crash",
                metadata: ["segment": "\(segment)", "bytes": "\(bytes)"]
            )
        case .failing(let error):
            logger.critical("audit records cannot be written; requests are refused", metadata: ["reason": "\(error)"])
        case .recovered(let dropped):
            logger.notice("audit records can be written again", metadata: ["dropped": "\(dropped)"])
        case .rotationFailed(let error):
            logger.error("no new audit segment could be started", metadata: ["reason": "\(error)"])
        }
    }
}
