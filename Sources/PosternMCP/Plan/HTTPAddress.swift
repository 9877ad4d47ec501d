/// An `http` or `https` URL, as far as it says who is called.
package struct HTTPAddress: Hashable, Sendable {
    package let isTLS: Bool
    /// Lower case, with brackets if it is an IPv6 address.
    package let host: String
    package let port: Int?
    /// Whether a user or a password stands before the host.
    package let hasUser: Bool
    /// Where the path begins, in UTF-8.
    let pathStart: Int

    /// Reads a URL; `nil` if it is none, or its host is not written plainly.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        let scheme = String(decoding: bytes.prefix(8), as: UTF8.self).lowercased()
        let start: Int
        if scheme.hasPrefix("https://") {
            (isTLS, start) = (true, 8)
        } else if scheme.hasPrefix("http://") {
            (isTLS, start) = (false, 7)
        } else {
            return nil
        }
        pathStart = bytes[start...].firstIndex { "/?#".utf8.contains($0) } ?? bytes.count
        var authority = bytes[start..<pathStart]
        let at = authority.lastIndex(of: UInt8(ascii: "@"))
        hasUser = at != nil
        if let at { authority = authority[(at + 1)...] }
        let bracket = authority.lastIndex(of: UInt8(ascii: "]")) ?? authority.startIndex
        if let colon = authority.lastIndex(of: UInt8(ascii: ":")), colon >= bracket {
            guard let port = UInt16(String(decoding: authority[(colon + 1)...], as: UTF8.self)), port > 0 else {
                return nil
            }
            self.port = Int(port)
            authority = authority[..<colon]
        } else {
            port = nil
        }
        let isPlain = authority.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20) || ".-[]:".utf8.contains(byte)
        }
        guard isPlain, !authority.isEmpty else { return nil }
        host = String(decoding: authority, as: UTF8.self).lowercased()
    }

    /// Host and, where it is not the scheme's own, port.
    package var authority: String {
        guard let port, port != (isTLS ? 443 : 80) else { return host }
        return "\(host):\(port)"
    }

    /// Whether it is this machine.
    package var isLoopback: Bool { host == "localhost" || host.hasPrefix("127.") || host == "[::1]" }

    /// The parameters of a URL's query: each name, and where its value stands in UTF-8.
    static func query(of text: String) -> [(name: String, value: Range<Int>)] {
        let bytes = Array(text.utf8)
        guard let mark = bytes.firstIndex(of: UInt8(ascii: "?")) else { return [] }
        let end = bytes[mark...].firstIndex(of: UInt8(ascii: "#")) ?? bytes.count
        return bytes[(mark + 1)..<end].split(separator: UInt8(ascii: "&")).compactMap { pair in
            guard let sign = pair.firstIndex(of: UInt8(ascii: "=")) else { return nil }
            return (String(decoding: pair[..<sign], as: UTF8.self), sign + 1..<pair.endIndex)
        }
    }
}
