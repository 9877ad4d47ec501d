/// The URL of a request as the audit log shows it: scheme, host, explicit port, path and the names of the query
/// parameters.
///
/// Their values are left out, because that is where people put keys.
///
///     https://api.example.com:443/v1/messages?limit=&after=
package struct AuditURL: Sendable {
    package var destination: Destination
    /// The path as it was received, before a credential was written into it.
    package var path: ArraySlice<UInt8>
    /// The query without its `?`; `nil` where there is none.
    package var query: ArraySlice<UInt8>?

    package init(destination: Destination, path: ArraySlice<UInt8>, query: ArraySlice<UInt8>? = nil) {
        self.destination = destination
        self.path = path
        self.query = query
    }

    func encode(into encoder: inout JSONObjectEncoder) {
        var host = destination.host.text
        host.withUTF8 { host in
            path.withUnsafeBufferPointer { path in
                let length = 8 + 6 * (host.count + path.count + (query?.count ?? 0)) + 7
                encoder.member("url.full", upTo: length) { end in
                    end.store(destination.scheme == .https ? "https://" : "http://")
                    end.store(escaped: host)
                    end.store(UInt8(ascii: ":"))
                    end.store(decimal: Int(destination.port))
                    end.store(escaped: path)
                    query?.withUnsafeBufferPointer { AuditURL.store(namesOf: $0, at: &end) }
                }
            }
        }
    }

    /// Stores `?name=&name` for `name=value&name`: at most the bytes of the query and its mark.
    private static func store(namesOf query: UnsafeBufferPointer<UInt8>, at end: inout UnsafeMutablePointer<UInt8>) {
        end.store(UInt8(ascii: "?"))
        var start = 0
        var isValue = false
        for index in query.indices {
            switch query[index] {
            case UInt8(ascii: "&"):
                if isValue { start = index }
                isValue = false
            case UInt8(ascii: "=") where !isValue:
                end.store(escaped: UnsafeBufferPointer(rebasing: query[start...index]))
                isValue = true
                start = query.count
            default: break
            }
        }
        if !isValue { end.store(escaped: UnsafeBufferPointer(rebasing: query[start...])) }
    }
}
