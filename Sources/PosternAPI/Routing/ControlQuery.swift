internal import PosternCore

/// Reads percent-encoded text strictly.
enum ControlQuery {
    /// The parameters of a query; unknown ones, and one given twice, are refused.
    static func parse(_ query: String?, allowed: [String]) throws(ControlRefusal) -> [String: String] {
        guard let query, !query.isEmpty else { return [:] }
        var parameters: [String: String] = [:]
        for part in query.split(separator: "&", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = decode(pieces[0]), let value = pieces.count > 1 ? decode(pieces[1]) : "" else {
                throw .invalid("the query is not well encoded")
            }
            guard allowed.contains(name) else {
                throw .invalid(
                    "unknown parameter \(name)",
                    hint: allowed.isEmpty ? "this request has none" : "there are \(allowed.joined(separator: ", "))"
                )
            }
            guard parameters.updateValue(value, forKey: name) == nil else { throw .invalid("\(name) is given twice") }
        }
        return parameters
    }

    /// The text that is encoded; `nil` if it is not UTF-8 or a percent sign stands alone.
    static func decode(_ text: some StringProtocol) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8.makeIterator()
        while let byte = rest.next() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.next().flatMap(HexDigit.value(of:)),
                let low = rest.next().flatMap(HexDigit.value(of:))
            else { return nil }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
