/// Reads a whole log and checks that it is what a daemon wrote: numbers without a gap, each line chained to the one
/// before, each checkpoint signed, no tail that is not accounted for.
///
/// Works in constant memory, and while a daemon writes.
package struct AuditVerifier {
    /// What is to be checked besides.
    package struct Options: Sendable {
        /// The keys to believe; by default those in `signing-key.pub` beside the log.
        package var keys: VerifyingKeys?
        package var anchors: [AuditAnchor] = []
        /// Accepts a log whose first segments were removed, as retention does.
        package var allowsMissingStart = false

        package init() {}
    }

    private let directory: AuditDirectory
    private var segments: [Int]
    private var tails = SegmentTails()
    private var checker: ChainChecker
    private var finding: AuditVerification.Finding?
    /// Incomplete lines at the ends of segments; one that is not recorded may only be followed by nothing.
    private var tornLines: [AuditVerification.TornLine] = []

    /// Verifies the log in a directory.
    ///
    /// - Throws: if it cannot be read; what is wrong with it is the report's ``AuditVerification/finding``.
    package static func verify(
        _ directory: AuditDirectory,
        _ options: Options = Options()
    ) throws(AuditLogError) -> AuditVerification {
        let isBeingWritten = directory.isBeingWritten()
        var report = try AuditVerifier(directory, options).run()
        // A daemon whose disk is full cuts failed writes off again, possibly under our eyes: look twice.
        if report.finding != nil, isBeingWritten { report = try AuditVerifier(directory, options).run() }
        report.isBeingWritten = isBeingWritten
        return report
    }

    private init(_ directory: AuditDirectory, _ options: Options) throws(AuditLogError) {
        self.directory = directory
        segments = try directory.segments()
        guard !segments.isEmpty else { throw .absent(path: directory.path) }
        let keys: VerifyingKeys
        if let given = options.keys { keys = given } else { keys = try VerifyingKeys(path: directory.publicKeyPath) }
        checker = ChainChecker(keys: keys, options: options)
        try tails.read(directory, segments: segments)
    }

    private consuming func run() throws(AuditLogError) -> AuditVerification {
        var index = 0
        while index < segments.count, finding == nil {
            try check(segment: segments[index])
            index += 1
        }
        if finding == nil { checkAnchors() }
        var report = checker.summary()
        report.tornLines = tornLines
        report.finding = finding
        if let finding, finding.kind != .truncated {
            // What was read may include the bad record: the next one tells.
            report.lastSequence = finding.place.sequence - 1
            report.lastHash = ""
        }
        return report
    }

    private mutating func check(segment: Int) throws(AuditLogError) {
        checker.begin(segment: segment)
        var reader = try LineReader(path: directory.segmentPath(segment), upTo: tails[segment]?.offset ?? .max)
        while true {
            if let verdict = try reader.next({ checker.check($0) }) {
                if let torn = tornLines.first(where: { !$0.isRecorded }) {
                    let message = "the line is incomplete although the log goes on"
                    finding = AuditVerification.Finding(kind: .edited, place: torn.place, message: message)
                    return
                }
                switch verdict {
                case .good: break
                case .bad(let found): finding = found
                case .mismatch(let mismatch):
                    let diagnosis = Diagnosis(directory: directory, tails: tails, segments: segments)
                    finding = try diagnosis.finding(mismatch, from: reader.offset)
                }
                if finding != nil { return }
            } else if try !hasGoneOn(behind: segment) {
                return try checkTail(of: segment, reader)
            }
        }
    }

    /// Whether a daemon has begun a new segment since: then more of this one can be read now.
    private mutating func hasGoneOn(behind segment: Int) throws(AuditLogError) -> Bool {
        guard segment == segments.last else { return false }
        let fresh = try directory.segments().filter { $0 > segment }
        try tails.read(directory, segments: fresh)
        segments += fresh
        return !fresh.isEmpty
    }

    private mutating func checkTail(of segment: Int, _ reader: LineReader) throws(AuditLogError) {
        let place = checker.nextPlace
        guard let tail = tails[segment] else {
            if reader.remainder > 0 {
                tornLines.append(AuditVerification.TornLine(place: place, bytes: reader.remainder, isRecorded: false))
            }
            return
        }
        let found = try SegmentEnd.tail(path: directory.segmentPath(segment), from: reader.offset)
        let isTrue = found.bytes == tail.bytes ?? found.bytes && found.hash == tail.hash ?? found.hash
        // The daemon cuts a tail off once it is on record.
        if reader.offset == tail.offset, isTrue || found.bytes == 0 {
            let bytes = tail.bytes ?? found.bytes
            tornLines.append(AuditVerification.TornLine(place: place, bytes: bytes, isRecorded: true))
        } else {
            let message = "the segment does not end as the next one says"
            finding = AuditVerification.Finding(kind: .edited, place: place, message: message)
        }
    }

    private mutating func checkAnchors() {
        let last = checker.nextSequence - 1
        let first = checker.summary().firstSequence ?? 1
        for anchor in checker.options.anchors {
            if anchor.sequence > last {
                let message = "the log ends with record \(last), but record \(anchor.sequence) was written"
                finding = AuditVerification.Finding(kind: .truncated, place: checker.place, message: message)
            } else if anchor.sequence < first {
                let message = "the log starts with record \(first): the anchor at \(anchor.sequence) cannot be checked"
                finding = AuditVerification.Finding(kind: .missing, place: checker.place, message: message)
            }
        }
    }
}
