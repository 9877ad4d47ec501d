internal import PosternControl

/// What the origin answers: the nonce, in the form in which the client that asks for such a path expects it.
struct OriginAnswer {
    private let type: String
    private let body: String

    init(to target: String, nonce: String) {
        let path = target.split(separator: "?", maxSplits: 1).first.map(String.init) ?? "/"
        switch path {
        // git, whose server is a directory of files.
        case _ where path.hasSuffix("/info/refs"):
            (type, body) = ("text/plain", "\(nonce)00000000\trefs/heads/postern\n")
        case _ where path.hasSuffix("/HEAD"): (type, body) = ("text/plain", "ref: refs/heads/postern\n")
        case _ where path.hasSuffix("/-/ping"): (type, body) = ("application/json", "{\"nonce\":\"\(nonce)\"}")
        // pip: the nonce is part of a version (PEP 440).
        case _ where path.contains("/simple/"):
            (type, body) = (
                "text/html",
                "<!DOCTYPE html><a href=\"postern_doctor-1.0+\(nonce).tar.gz\">postern_doctor-1.0+\(nonce).tar.gz</a>"
            )
        // cargo: a registry's settings, then a search in it.
        case _ where path.hasSuffix("/config.json"):
            let place = "https://\(Origin.host)\(path.dropLast("/config.json".count))"
            (type, body) = ("application/json", "{\"dl\":\"\(place)\",\"api\":\"\(place)\"}")
        case _ where path.hasSuffix("/api/v1/crates"):
            let crate = "{\"name\":\"postern-doctor\",\"max_version\":\"1.0.0\",\"description\":\"\(nonce)\"}"
            (type, body) = ("application/json", "{\"crates\":[\(crate)],\"meta\":{\"total\":1}}")
        // go: a module, whose one version (semver.org) has the nonce.
        case _ where path.hasSuffix("/@v/list"): (type, body) = ("text/plain", "v1.0.0-\(nonce)\n")
        case _ where path.hasSuffix(".info"):
            (type, body) = (
                "application/json", "{\"Version\":\"v1.0.0-\(nonce)\",\"Time\":\"2000-01-01T00:00:00Z\"}"
            )
        case _ where path.hasSuffix(".mod"): (type, body) = ("text/plain", "module \(Origin.host)/doctor\n")
        default: (type, body) = ("text/plain", nonce + "\n")
        }
    }

    /// The whole answer.
    var bytes: [UInt8] {
        let head = [
            "HTTP/1.1 200 OK", "Content-Type: \(type)", "Content-Length: \(body.utf8.count)", "Connection: close",
        ]
        return Array((head.map { $0 + "\r\n" }.joined() + "\r\n" + body).utf8)
    }

    /// Which trial a path belongs to: what follows `v1`.
    static func trial(of target: String) -> String {
        let parts = target.split { "/?#".contains($0) }
        guard let mark = parts.firstIndex(of: "v1"), mark + 1 < parts.endIndex else { return "" }
        return String(parts[mark + 1])
    }
}
