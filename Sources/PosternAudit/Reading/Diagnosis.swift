/// Finds out which line is to blame where the chain breaks, by reading on.
///
/// - The numbers go on, only the hash differs: if its own signature or the next line vouches for this line, the one
///   before was changed; if it does not, this one was.
/// - A number was skipped: if it comes later, records were reordered; if it does not, they are missing.
/// - A number comes again: records were reordered or copied.
struct Diagnosis {
    typealias Finding = AuditVerification.Finding

    let directory: AuditDirectory
    let tails: SegmentTails
    let segments: [Int]

    /// The finding for a mismatch; `offset` is where the line behind it starts.
    func finding(_ mismatch: ChainChecker.Mismatch, from offset: Int) throws(AuditLogError) -> Finding {
        let place = mismatch.place
        if place.sequence == mismatch.expected { return try changed(mismatch, from: offset) }
        if place.sequence < mismatch.expected {
            return Finding(kind: .reordered, place: place, message: "record \(mismatch.expected) should stand here")
        }
        var found: AuditVerification.Place?
        try readOn(from: place, offset) { line, place in
            if line?.sequence == mismatch.expected { found = place }
            return found == nil
        }
        guard let found else {
            let missing = records(mismatch.expected, place.sequence - 1)
            return Finding(kind: .missing, place: place, message: "\(missing) not there")
        }
        let message = "record \(mismatch.expected) should stand here; it stands at \(found.description)"
        return Finding(kind: .reordered, place: place, message: message)
    }

    private func changed(_ mismatch: ChainChecker.Mismatch, from offset: Int) throws(AuditLogError) -> Finding {
        guard let previous = mismatch.previous else {
            return Finding(kind: .edited, place: mismatch.place, message: "it does not start a chain")
        }
        var vouches: Bool?
        try readOn(from: mismatch.place, offset) { line, _ in
            vouches = line.map { $0.previous.elementsEqual(mismatch.hash.utf8) }
            return false
        }
        if mismatch.isGenuine ?? vouches == true {
            return Finding(
                kind: .edited,
                place: previous,
                message: "it was changed: the next record repeats another hash of it"
            )
        }
        if mismatch.isGenuine == false || vouches == false {
            return Finding(
                kind: .edited,
                place: mismatch.place,
                message: "it was changed: it does not fit the records beside it"
            )
        }
        return Finding(
            kind: .edited,
            place: previous,
            message: "it or the next record was changed: the hash does not fit"
        )
    }

    /// Calls `body` with each line behind a place (`nil` for what is not a record) until it returns false.
    private func readOn(
        from place: AuditVerification.Place,
        _ offset: Int,
        _ body: (ChainedLine?, AuditVerification.Place) -> Bool
    ) throws(AuditLogError) {
        var here = place
        var offset = offset
        for segment in segments where segment >= place.segment {
            if segment != here.segment {
                here = AuditVerification.Place(segment: segment, line: 0, sequence: 0)
                offset = 0
            }
            let path = directory.segmentPath(segment)
            var reader = try LineReader(path: path, from: offset, upTo: tails[segment]?.offset ?? .max)
            var goesOn = true
            while goesOn {
                let next = try reader.next { bytes in
                    here.line += 1
                    let line = ChainedLine(bytes)
                    here.sequence = line?.sequence ?? 0
                    return body(line, here)
                }
                guard let next else { break }
                goesOn = next
            }
            if !goesOn { return }
        }
    }
}
