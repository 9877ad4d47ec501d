/// A host, or a family of hosts, that a provider or rule names, with an optional port of its own.
///
/// `api.example.com` matches itself only. A `*` stands for part of one label (`bedrock.*.example.com`,
/// `*-api.example.com`), except as the whole leftmost label, where it stands for one label or more:
/// `*.example.com` matches `a.example.com` and `a.b.example.com`, never `example.com` or `evilexample.com`.
package struct HostPattern: Hashable, Sendable {
    /// The pattern as written, lower case, without the port.
    package let text: String
    /// The port, when the pattern names one (`localhost:8080`).
    package let port: UInt16?
    private let labels: [[UInt8]]

    /// Whether the pattern can match more than one host.
    package var isWildcard: Bool { text.contains("*") }

    /// Reads a pattern; `nil` if it is not a host name or address with at most one `*` a label, or has no fixed
    /// label at all.
    package init?(_ text: String) {
        var hostText = text.lowercased()
        var port: UInt16?
        if let colon = hostText.lastIndex(of: ":"), !hostText.hasSuffix("]"),
            hostText.firstIndex(of: ":") == colon || hostText.hasPrefix("[")
        {
            guard let number = UInt16(hostText[hostText.index(after: colon)...]), number > 0 else { return nil }
            port = number
            hostText = String(hostText[..<colon])
        }
        // Not counted as a label below: `*.com.` has one fixed label, not two.
        if hostText.hasSuffix(".") { hostText.removeLast() }
        guard !hostText.hasSuffix(".") else { return nil }
        let stand = hostText.replacing("*", with: "x")
        guard let name = HostName(stand) else { return nil }
        if hostText.contains("*") {
            guard name.address == nil else { return nil }
            let labels = hostText.split(separator: ".", omittingEmptySubsequences: false)
            // The registrable end of the name must be fixed: `*.com` or `*` would hand the key to anyone.
            guard labels.count >= 3, labels.suffix(2).allSatisfy({ !$0.contains("*") }),
                labels.allSatisfy({ $0.filter { $0 == "*" }.count <= 1 })
            else { return nil }
            self.text = hostText
        } else {
            self.text = name.text
        }
        self.port = port
        labels = self.text.utf8.split(separator: UInt8(ascii: ".")).map(Array.init)
    }

    /// Whether the pattern covers `host`.
    ///
    /// The port is compared elsewhere.
    package func matches(_ host: HostName) -> Bool {
        guard isWildcard else { return text == host.text }
        guard host.address == nil else { return false }
        let parts = host.text.utf8.split(separator: UInt8(ascii: ".")).map(Array.init)
        if labels[0] == [UInt8(ascii: "*")] {
            let tail = labels.dropFirst()
            guard parts.count > tail.count else { return false }
            return zip(tail, parts.suffix(tail.count)).allSatisfy(HostPattern.labelMatches)
        }
        guard parts.count == labels.count else { return false }
        return zip(labels, parts).allSatisfy(HostPattern.labelMatches)
    }

    private static func labelMatches(_ pattern: [UInt8], _ label: [UInt8]) -> Bool {
        guard let star = pattern.firstIndex(of: UInt8(ascii: "*")) else { return pattern == label }
        let prefix = pattern[..<star]
        let suffix = pattern[(star + 1)...]
        return label.count > prefix.count + suffix.count && label.starts(with: prefix)
            && label.suffix(suffix.count).elementsEqual(suffix)
    }
}
