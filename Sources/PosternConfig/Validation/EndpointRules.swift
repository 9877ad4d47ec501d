internal import PosternCore

/// Which URLs Postern may be told to send tokens to, or people.
enum EndpointRules {
    /// Reads a URL: `https`, or `http` to this machine itself.
    static func url(_ text: String) throws(Refusal) -> WebURL {
        guard text.utf8.count <= 2048, let url = WebURL(text) else {
            throw Refusal("not an address such as `https://auth.example.com/token`")
        }
        guard url.destination.scheme == .https || url.isLoopback else {
            throw Refusal("tokens would cross the network in clear", hint: "write `https://`")
        }
        return url
    }

    /// Reads a URL that names a server and nothing of it; the answer has no slash at the end.
    static func origin(_ text: String) throws(Refusal) -> String {
        let url = try url(text)
        guard url.target == "/" else {
            throw Refusal("a server's address alone, such as `https://postern.example.com`")
        }
        return url.origin
    }

    /// Reads the URL of a key.
    static func url(_ key: String, _ table: TableReader) -> String? {
        guard let text = table.string(key) else { return nil }
        return table.attempt(key, line: text.line) { () throws(Refusal) in try url(text.value).description }
    }
}
