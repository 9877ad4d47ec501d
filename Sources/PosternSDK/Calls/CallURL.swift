internal import PosternCore

/// The URL of a call: checked, encoded where the client left that out, and with the client's further parameters.
struct CallURL: Hashable, Sendable {
    /// The longest one, in characters.
    static let maxLength = 65_536

    let scheme: Scheme
    let authority: Authority
    /// As it is sent.
    let text: String

    /// Reads an absolute URL and adds parameters, whose values are percent-encoded already.
    init(_ url: String, adding parameters: [(name: String, value: String)] = []) throws(SDKRefusal) {
        guard url.utf8.count <= CallURL.maxLength * 4 else { throw CallURL.tooLong }
        let bytes = Array(url.utf8)
        guard let (scheme, start) = CallURL.scheme(bytes) else {
            throw SDKRefusal.blocked("the URL does not begin with https:// or http://")
        }
        let end = bytes[start...].firstIndex { "/?#\\".utf8.contains($0) } ?? bytes.endIndex
        guard let authority = Authority(bytes[start..<end]) else {
            throw SDKRefusal.blocked("the URL does not name one plain host and port")
        }
        guard !bytes[end...].contains(UInt8(ascii: "#")) else {
            throw .invalid("a URL to which a request is sent has no fragment")
        }
        let mark = bytes[end...].firstIndex(of: UInt8(ascii: "?")) ?? bytes.endIndex
        var path = CallURL.encoded(bytes[end..<mark], ByteClass.isPath)
        if path.isEmpty { path = [UInt8(ascii: "/")] }
        var query = CallURL.encoded(bytes[mark...].dropFirst(), ByteClass.isQuery)
        for (name, value) in parameters {
            if !query.isEmpty { query.append(UInt8(ascii: "&")) }
            query += QueryParameters.encoded(name.utf8) + [UInt8(ascii: "=")] + QueryParameters.encoded(value.utf8)
        }
        let host = String(decoding: bytes[start..<end], as: UTF8.self).lowercased()
        let hasQuery = mark < bytes.endIndex || !parameters.isEmpty
        self.scheme = scheme
        self.authority = authority
        text =
            "\(scheme.rawValue)://\(host)" + String(decoding: path, as: UTF8.self)
            + (hasQuery ? "?" + String(decoding: query, as: UTF8.self) : "")
        guard text.utf8.count <= CallURL.maxLength else { throw CallURL.tooLong }
    }

    /// Where a rule sends it; refused if that is nowhere.
    func destination(under rule: AccessRule) throws(SDKRefusal) -> Destination {
        guard let destination = rule.destination(scheme, authority.host, authority.port) else {
            throw SDKRefusal.blocked("the credential of this grant is not sent to \(authority.host.text)")
        }
        return destination
    }

    private static let tooLong = SDKRefusal(
        status: 422,
        code: "query_too_long",
        message: "the URL is longer than \(maxLength) characters",
        hint: "send the data in the body"
    )

    /// The scheme with which a URL begins, and how long that is with `://`.
    static func scheme(_ bytes: [UInt8]) -> (Scheme, length: Int)? {
        for (scheme, prefix) in [(Scheme.https, "https://"), (.http, "http://")] {
            let start = bytes.prefix(prefix.utf8.count)
            if String(decoding: start, as: UTF8.self).lowercased() == prefix { return (scheme, start.count) }
        }
        return nil
    }

    /// The bytes with those percent-encoded that cannot stand as they are.
    private static func encoded(_ bytes: ArraySlice<UInt8>, _ mayStand: (UInt8) -> Bool) -> [UInt8] {
        var encoded: [UInt8] = []
        encoded.reserveCapacity(bytes.count)
        for (index, byte) in zip(bytes.indices, bytes) {
            let isBrokenEscape =
                byte == UInt8(ascii: "%")
                && !(index + 2 < bytes.endIndex && HexDigit.value(of: bytes[index + 1]) != nil
                    && HexDigit.value(of: bytes[index + 2]) != nil)
            if mayStand(byte), !isBrokenEscape {
                encoded.append(byte)
            } else {
                encoded += [UInt8(ascii: "%"), HexDigit.upper[Int(byte >> 4)], HexDigit.upper[Int(byte & 15)]]
            }
        }
        return encoded
    }
}

extension SDKRefusal {
    /// A call would go where its credential must not.
    static func blocked(_ message: String) -> SDKRefusal {
        SDKRefusal(status: 422, code: "blocked_destination", message: message)
    }
}
