internal import PosternCore

/// Where a browser may be sent in the end, which only the application says: never a request of the browser.
enum ReturnURL {
    /// Refuses what is no https URL, nor an http one of a loopback host, or is of another origin than the allowed one.
    static func check(_ url: String?, allowed origin: String?) throws(AdministrationError) {
        let allowed = try origin.map { text throws(AdministrationError) in try bare(text) }
        guard let url else { return }
        let place = try read(url, "return_url")
        guard allowed.map({ $0 == place }) ?? true else {
            throw .invalid(member: "return_url", reason: "is not of the origin in `allowed_origin`")
        }
    }

    /// Reads an origin, behind which nothing stands.
    ///
    /// RFC 6454 section 6.
    private static func bare(_ origin: String) throws(AdministrationError) -> Destination {
        let place = try read(origin, "allowed_origin")
        guard origin.utf8.count(where: { $0 == UInt8(ascii: "/") }) == 2, !origin.contains("?") else {
            throw .invalid(member: "allowed_origin", reason: "must be scheme, host and port alone")
        }
        return place
    }

    private static func read(_ url: String, _ member: String) throws(AdministrationError) -> Destination {
        guard url.utf8.count <= 2048 else { throw .invalid(member: member, reason: "is longer than 2048 bytes") }
        // Anything else is read differently by different browsers: a backslash as a slash, a tab as nothing.
        let isPlain = url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && !Array("\"<>\\^`{|}#".utf8).contains($0) }
        guard isPlain, let place = origin(of: url), isAllowed(place) else {
            throw .invalid(
                member: member,
                reason: "must be an https URL, or an http one of a loopback host, without user or fragment"
            )
        }
        return place
    }

    private static func origin(of url: String) -> Destination? {
        for scheme in Scheme.allCases where url.hasPrefix(scheme.rawValue + "://") {
            let authority = url.dropFirst(scheme.rawValue.count + 3).prefix { $0 != "/" && $0 != "?" }
            var host = authority
            var number = scheme.defaultPort
            // The last colon, unless it is inside of an address in brackets.
            if let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") {
                let digits = authority[authority.index(after: colon)...]
                guard digits.allSatisfy(\.isNumber), let given = UInt16(digits), given > 0 else { return nil }
                number = given
                host = authority[..<colon]
            }
            guard let host = HostName(host) else { return nil }
            return Destination(scheme: scheme, host: host, port: number)
        }
        return nil
    }

    private static func isAllowed(_ place: Destination) -> Bool {
        switch place.scheme {
        case .https: true
        case .http: ["localhost", "127.0.0.1", "[::1]"].contains(place.host.text)
        }
    }
}
