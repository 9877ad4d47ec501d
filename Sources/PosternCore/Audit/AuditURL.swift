/// URLs as audit records show them.
package enum AuditURL {
    /// Appends `?name=&other=`: which parameters there were, and none of their values.
    package static func appendQueryNames(of query: ArraySlice<UInt8>, to buffer: inout [UInt8]) {
        buffer.append(UInt8(ascii: "?"))
        var isFirst = true
        query.withUnsafeBytes { text in
            QueryParameters.forEach(text) { pair, name in
                if !isFirst { buffer.append(UInt8(ascii: "&")) }
                isFirst = false
                // A parameter without `=` may be all value, such as a signed token, so it is shown as a star.
                if pair.count == name.count {
                    buffer.append(UInt8(ascii: "*"))
                } else {
                    buffer.append(contentsOf: text[name])
                    buffer.append(UInt8(ascii: "="))
                }
            }
        }
    }
}
