/// Searches the headers and the URL of a server that is called over HTTP.
enum RemoteScan {
    static func run(_ remote: ServerEntry.Remote, judge: ValueJudge) -> (scan: EntryScan, blocked: String?) {
        var scan = EntryScan(judge: judge)
        let address = HTTPAddress(remote.url.text)
        for header in remote.headers {
            scan.scanHeader(header, header: header.name, from: 0, place: "header \(header.name)", host: address)
        }
        scan.scanQuery(remote.url.text, remote.url, from: 0, name: "", place: "url") { parameter in
            address.map { HostCredential(address: $0, place: .query(parameter)) }
        }
        if TextShape.isReference(remote.url.text) {
            scan.leave("url", "is a reference, so its host is not known")
            return (scan, "its host is not known")
        }
        guard let address else { return (scan, "its URL is not plain http or https") }
        if address.hasUser {
            scan.leave("url", "has a user or a password before the host: put it into a header")
            return (scan, "a password stands in its URL")
        }
        if hasKeyInPath(remote.url.text, from: address.pathStart) {
            scan.leave("url", "may have a key in its path: `postern provider define` knows `path` for that")
        }
        if !address.isTLS, !address.isLoopback { return (scan, "it is called in clear, without TLS") }
        if remote.isEventStream {
            return (scan, "a server of the `sse` kind names a further address, which a base URL does not follow")
        }
        return (scan, nil)
    }

    /// Whether a segment of the path looks random.
    private static func hasKeyInPath(_ text: String, from start: Int) -> Bool {
        let path = Array(text.utf8.dropFirst(start).prefix { $0 != UInt8(ascii: "?") })
        return path.split(separator: UInt8(ascii: "/")).contains { segment in
            segment.count >= 20 && Array(segment).withUnsafeBytes(TextShape.isRandom)
        }
    }
}
