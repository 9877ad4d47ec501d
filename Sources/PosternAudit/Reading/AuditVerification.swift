/// What a reading of the whole log found.
package struct AuditVerification: Sendable {
    /// A place in the log.
    ///
    /// Lines are counted from 1.
    package struct Place: Hashable, Sendable {
        package var segment: Int
        package var line: Int
        /// The sequence number that stands or should stand there.
        package var sequence: Int

        /// The file and the line, such as `audit-000001.jsonl:17`.
        package var description: String { "\(AuditDirectory.segmentName(segment)):\(line)" }
    }

    /// The first thing that is wrong.
    package struct Finding: Hashable, Sendable {
        /// In which way.
        package enum Kind: String, Hashable, Sendable {
            /// A line is not what was written.
            case edited
            /// Records that were written are not there.
            case missing
            /// Records are not in the order in which they were written.
            case reordered
            /// Records at the end are not there: an anchor proves that they were.
            case truncated
            /// A checkpoint is not signed by its key, or not for this history.
            case signature
            /// A checkpoint is signed by a key that the reader does not believe.
            case key
            /// A record differs from the anchor.
            case anchor
        }

        package let kind: Kind
        package let place: Place
        package let message: String
    }

    /// How many records there are of each kind.
    package struct Counts: Hashable, Sendable {
        package var intents = 0
        package var outcomes = 0
        package var denials = 0
        package var checkpoints = 0
        package var gaps = 0
        package var administrative = 0

        package var all: Int { intents + outcomes + denials + checkpoints + gaps + administrative }
    }

    /// Intents without an outcome: what became of them is unknown.
    package struct OpenIntents: Hashable, Sendable {
        package var count = 0
        /// The request ids of the first of them.
        package var requestIDs: [String] = []
    }

    /// A line that a crash left incomplete.
    package struct TornLine: Hashable, Sendable {
        package var place: Place
        package var bytes: Int
        /// Whether the daemon has been restarted since and has recorded it.
        package var isRecorded: Bool
    }

    package var segments = 0
    package var counts = Counts()
    package var firstSequence: Int?
    /// The last record that is good.
    package var lastSequence = 0
    /// The hash of its line; empty if something is wrong behind it.
    package var lastHash = ""
    /// Records behind the last checkpoint: chained, but not signed yet.
    package var unsigned = 0
    package var openIntents = OpenIntents()
    package var tornLines: [TornLine] = []
    /// Records that the daemon says it had to drop.
    package var dropped = 0
    /// The ids of the keys that signed checkpoints.
    package var keyIDs: Set<String> = []
    /// Whether a daemon was writing meanwhile.
    package var isBeingWritten = false
    /// `nil` if nothing is wrong.
    package var finding: Finding?

    package init() {}
}
