package import PosternAudit
package import PosternCommand

/// The result of a verification, for people.
package struct VerificationText {
    private let report: AuditVerification

    package init(_ report: AuditVerification) { self.report = report }

    /// What was read, and what is to be noted although it is not wrong.
    package var summary: String {
        let counts = report.counts
        if report.finding != nil {
            let read = "\(counted(counts.all, "record")) in \(counted(report.segments, "segment"))"
            return "read \(read), then the log breaks\n"
        }
        let administrative = counts.administrative + counts.gaps
        var lines = [
            "verified \(counted(counts.all, "record")) in \(counted(report.segments, "segment"))"
                + (report.firstSequence.map { ", \($0) to \(report.lastSequence)" } ?? ""),
            "  \(counted(counts.intents, "intent")), \(counted(counts.outcomes, "outcome")), "
                + "\(counted(counts.denials, "denial")), \(counted(counts.checkpoints, "checkpoint")), "
                + "\(administrative) other",
        ]
        if report.lastSequence > 0 { lines.append("  anchor \(report.lastSequence):\(report.lastHash)") }
        lines += notices.map { "notice: " + $0 }
        return lines.map { Printable.text($0) + "\n" }.joined()
    }

    /// The first thing that is wrong, as an error.
    package var failure: CommandFailure? {
        guard let finding = report.finding else { return nil }
        let hint =
            switch finding.kind {
            case .missing where report.firstSequence == nil:
                "if older segments were removed on purpose, add --allow-missing-start"
            case .key: "name a copy of the public key that was kept elsewhere with --public-key"
            case .edited, .missing, .reordered, .truncated, .signature, .anchor:
                "nothing behind this place is proven; keep the files and compare them with a copy"
            }
        let number = finding.kind == .truncated ? "" : "record \(finding.place.sequence): "
        return CommandFailure("\(finding.place.description): \(number)\(finding.message)", hint: hint)
    }

    private var notices: [String] {
        var notices: [String] = []
        for torn in report.tornLines {
            let when =
                torn.isRecorded
                ? "recorded at the restart" : report.isBeingWritten ? "being written" : "left by a crash of the daemon"
            notices.append("torn last line: \(torn.place.description), \(counted(torn.bytes, "byte")), \(when)")
        }
        if report.openIntents.count > 0 {
            let ids = report.openIntents.requestIDs
            let more = report.openIntents.count > ids.count ? ", ..." : ""
            notices.append(
                "outcome: unknown for \(counted(report.openIntents.count, "intent")) without one: "
                    + ids.joined(separator: ", ") + more
            )
        }
        if report.dropped > 0 {
            notices.append("\(counted(report.dropped, "record")) could not be kept while nothing could be written")
        }
        if report.unsigned > 0 {
            notices.append("\(counted(report.unsigned, "record")) behind the last checkpoint: chained, not signed yet")
        }
        return notices
    }

    private func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}
