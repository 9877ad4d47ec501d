package import PosternAudit
internal import PosternCommand

/// All records of one request, or the record of one number.
package enum AuditShow {
    /// A record and where it stands.
    package struct Found {
        package let entry: AuditEntry
        package let segment: Int
        package let line: Int
    }

    /// The records whose request id or sequence number is `id`, in the order of the log.
    package static func find(_ id: String, in directory: AuditDirectory) throws(AuditLogError) -> [Found] {
        let segments = try directory.segments()
        guard !segments.isEmpty else { throw .absent(path: directory.path) }
        let id = Printable.text(id.utf8)
        var found: [Found] = []
        for segment in segments {
            var reader = try SegmentReader(directory, segment: segment)
            while let entry = try reader.next({ AuditEntry($0) }) {
                guard entry["http.request.id"] == id || entry["event.sequence"] == id else { continue }
                found.append(Found(entry: entry, segment: segment, line: reader.line))
            }
        }
        return found
    }

    /// The records as blocks of names and values, and a word if a request of this id has no outcome.
    package static func text(_ found: [Found], id: String) -> String {
        var blocks = found.map { found in
            let members = found.entry.members
            let width = members.map(\.name.count).max() ?? 0
            let title = "\(AuditDirectory.segmentName(found.segment)):\(found.line)\n"
            return title
                + members.map { member in
                    "  " + member.name + String(repeating: " ", count: width - member.name.count)
                        + "  \(member.value)\n"
                }.joined()
        }
        let actions = found.filter { $0.entry["http.request.id"] == Printable.text(id.utf8) }.map {
            $0.entry["event.action"]
        }
        if actions.contains("intent"), !actions.contains("outcome") {
            blocks.append("outcome: unknown (the request is under way, or the daemon ended before it did)\n")
        }
        return blocks.joined(separator: "\n")
    }
}
