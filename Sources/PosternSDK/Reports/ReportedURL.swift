internal import PosternCore

/// A URL that a client reports, without what people put keys in: its query, its fragment and what stands before the host.
///
/// It is read byte by byte and as strictly as those of calls are. What is no such URL may hold a key where nobody would look
/// for one, so nothing of it is kept.
struct ReportedURL {
    /// What is kept of what cannot be read.
    static let unreadable = "unreadable"

    let text: String

    init(_ url: String) {
        let kept = ReportedURL.withoutSecrets(Array(url.utf8))
        text = kept.map { String(decoding: $0, as: UTF8.self) } ?? ReportedURL.unreadable
    }

    private static func withoutSecrets(_ url: [UInt8]) -> [UInt8]? {
        guard let (scheme, start) = CallURL.scheme(url) else { return nil }
        let end = url[start...].firstIndex { "/?#\\".utf8.contains($0) } ?? url.endIndex
        let host = url[start..<end].lastIndex(of: UInt8(ascii: "@")).map { $0 + 1 } ?? start
        // To some readers the host goes on behind a backslash.
        guard Authority(url[host..<end]) != nil, url[end...].first != UInt8(ascii: "\\") else { return nil }
        let path = url[end...].prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        return Array("\(scheme.rawValue)://".utf8) + url[host..<end] + path
    }
}
