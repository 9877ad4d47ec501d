internal import Crypto

/// Checks line after line that it continues the log, and counts.
struct ChainChecker {
    typealias Place = AuditVerification.Place
    typealias Finding = AuditVerification.Finding

    /// A line that does not continue the chain.
    ///
    /// Which line is to blame, only the lines behind it can tell.
    struct Mismatch {
        let place: Place
        /// The line before; `nil` if this is the first.
        let previous: Place?
        /// The number that should stand here.
        let expected: Int
        /// The hash that the next line should repeat if this line is genuine.
        let hash: String
        /// For a checkpoint, whether its signature proves that this line is genuine; `nil` for other records.
        let isGenuine: Bool?
    }

    /// What is to be said of a line.
    enum Verdict {
        case good
        case bad(Finding)
        case mismatch(Mismatch)
    }

    let keys: VerifyingKeys
    let options: AuditVerifier.Options
    private(set) var report = AuditVerification()
    private(set) var chain: ChainPosition?
    private(set) var place = Place(segment: 0, line: 0, sequence: 0)
    private var previousPlace: Place?
    private var intents = OpenIntentSet()

    init(keys: VerifyingKeys, options: AuditVerifier.Options) {
        self.keys = keys
        self.options = options
    }

    /// The number of the next record.
    var nextSequence: Int { (chain?.sequence ?? 0) + 1 }

    /// Where the next line stands.
    var nextPlace: Place { Place(segment: place.segment, line: place.line + 1, sequence: nextSequence) }

    /// Goes on to the first line of a segment.
    mutating func begin(segment: Int) {
        place.segment = segment
        place.line = 0
        report.segments += 1
    }

    /// The report so far, with its sums.
    func summary() -> AuditVerification {
        var report = report
        report.openIntents = intents.summary
        report.lastSequence = chain?.sequence ?? 0
        report.lastHash = chain?.hexadecimalHash ?? ""
        return report
    }

    /// Checks the next line.
    mutating func check(_ bytes: UnsafeRawBufferPointer) -> Verdict {
        place = nextPlace
        guard let line = ChainedLine(bytes) else { return bad(.edited, "this is not a record") }
        let position = ChainPosition(sequence: line.sequence, digest: SHA256.hash(data: bytes))
        place.sequence = line.sequence
        if chain == nil, line.sequence != 1 {
            guard options.allowsMissingStart else {
                return bad(.missing, "the log starts here: \(records(1, line.sequence - 1)) not there")
            }
        } else if let verdict = checkChain(line, bytes, position) {
            return verdict
        }
        if line.kind == .checkpoint, let verdict = checkSignature(line, bytes) { return verdict }
        if options.anchors.contains(where: { $0.sequence == line.sequence && $0.hash != position.hexadecimalHash }) {
            return bad(.anchor, "this is not the record of the anchor: it or one before it was changed")
        }
        chain = position
        previousPlace = place
        report.firstSequence = report.firstSequence ?? line.sequence
        count(line)
        return .good
    }

    private func checkChain(_ line: ChainedLine, _ bytes: UnsafeRawBufferPointer, _ position: ChainPosition) -> Verdict?
    {
        let follows = (chain ?? .origin).hexadecimalHash.utf8.elementsEqual(line.previous)
        if follows, line.sequence == nextSequence { return nil }
        if follows { return bad(.edited, "its sequence number was changed from \(nextSequence)") }
        let mismatch = Mismatch(
            place: place,
            previous: previousPlace,
            expected: nextSequence,
            hash: position.hexadecimalHash,
            isGenuine: line.kind == .checkpoint ? line.hasValidSignature(bytes, keys) : nil
        )
        return .mismatch(mismatch)
    }

    private mutating func checkSignature(_ line: ChainedLine, _ bytes: UnsafeRawBufferPointer) -> Verdict? {
        let id = line.keyID.map { String(decoding: $0, as: UTF8.self) } ?? ""
        guard keys.contains(id) else {
            return bad(.key, "the checkpoint is signed by a key that is not known here: \(id)")
        }
        guard line.hasValidSignature(bytes, keys) else {
            let since = place.sequence - report.unsigned
            return bad(
                .signature,
                "the signature does not fit: one of the records \(since) to \(place.sequence) was changed"
            )
        }
        report.keyIDs.insert(id)
        return nil
    }

    private mutating func count(_ line: ChainedLine) {
        report.unsigned += 1
        let requestID = line.requestID.map { String(decoding: $0, as: UTF8.self) } ?? ""
        switch line.kind {
        case .intent:
            report.counts.intents += 1
            intents.begin(requestID, sequence: line.sequence)
        case .outcome:
            report.counts.outcomes += 1
            intents.end(requestID)
        case .denied: report.counts.denials += 1
        case .checkpoint:
            report.counts.checkpoints += 1
            report.unsigned = 0
        case .gap:
            report.counts.gaps += 1
            report.dropped += line.gap.records ?? 0
        case .other: report.counts.administrative += 1
        }
    }

    private func bad(_ kind: Finding.Kind, _ message: String) -> Verdict {
        .bad(Finding(kind: kind, place: place, message: message))
    }
}

/// `record 7 is` or `records 7 to 9 are`.
func records(_ first: Int, _ last: Int) -> String {
    first == last ? "record \(first) is" : "records \(first) to \(last) are"
}
