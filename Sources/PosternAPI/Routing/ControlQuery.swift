internal import PosternCore

/// Reads queries strictly.
enum ControlQuery {
    /// The parameters of a query; unknown ones, and one given twice, are refused.
    static func parse(_ query: String?, allowed: [String]) throws(ControlRefusal) -> [String: String] {
        guard let query, !query.isEmpty else { return [:] }
        var parameters: [String: String] = [:]
        for part in query.split(separator: "&", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentEncoding.text(pieces[0].utf8),
                let value = pieces.count > 1 ? PercentEncoding.text(pieces[1].utf8) : ""
            else { throw .invalid("the query is not well encoded") }
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
}
