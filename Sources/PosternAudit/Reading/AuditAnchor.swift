/// A record's number and hash, kept where whoever can change the log cannot reach: proof that the log once went so far.
package struct AuditAnchor: Hashable, Sendable {
    package let sequence: Int
    /// The SHA-256 of the line, 64 hexadecimal digits.
    package let hash: String

    /// Reads `SEQ:HASH`; `nil` if it is anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let sequence = Int(parts[0]), sequence > 0, parts[1].utf8.count == 64,
            Hexadecimal.bytes(parts[1].lowercased().utf8) != nil
        else { return nil }
        self.sequence = sequence
        hash = parts[1].lowercased()
    }
}
