internal import FoundationEssentials
package import PosternAudit
internal import PosternCommand

/// The result of a verification, for programs.
///
/// Names are stable; new ones may be added.
package struct VerificationJSON: Encodable {
    private struct Place: Encodable {
        let file: String
        let line: Int
        let sequence: Int

        init(_ place: AuditVerification.Place) {
            file = AuditDirectory.segmentName(place.segment)
            line = place.line
            sequence = place.sequence
        }
    }

    private struct Finding: Encodable {
        let kind: String
        let place: Place
        let message: String
    }

    private struct TornLine: Encodable {
        let place: Place
        let bytes: Int
        let recorded: Bool
    }

    private let ok: Bool
    private let records: [String: Int]
    private let segments: Int
    private let firstSequence: Int?
    private let lastSequence: Int
    private let lastHash: String
    private let unsigned: Int
    private let openIntents: Int
    private let openRequestIds: [String]
    private let tornLines: [TornLine]
    private let dropped: Int
    private let keys: [String]
    private let beingWritten: Bool
    private let finding: Finding?

    package init(_ report: AuditVerification) {
        ok = report.finding == nil
        let counts = report.counts
        records = [
            "all": counts.all, "intents": counts.intents, "outcomes": counts.outcomes, "denials": counts.denials,
            "checkpoints": counts.checkpoints, "gaps": counts.gaps, "administrative": counts.administrative,
        ]
        segments = report.segments
        firstSequence = report.firstSequence
        lastSequence = report.lastSequence
        lastHash = report.lastHash
        unsigned = report.unsigned
        openIntents = report.openIntents.count
        openRequestIds = report.openIntents.requestIDs
        tornLines = report.tornLines.map { TornLine(place: Place($0.place), bytes: $0.bytes, recorded: $0.isRecorded) }
        dropped = report.dropped
        keys = report.keyIDs.sorted()
        beingWritten = report.isBeingWritten
        finding = report.finding.map { Finding(kind: $0.kind.rawValue, place: Place($0.place), message: $0.message) }
    }

    /// One JSON object over several lines, names in snake case and sorted.
    package func text() throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(self), as: UTF8.self)
        return text.split(separator: "\n").map { Printable.text(String($0)) + "\n" }.joined()
    }
}
