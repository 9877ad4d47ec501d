internal import PosternCommand

/// What became of a file of variables.
package struct ImportReport: Encodable {
    struct Stored: Encodable {
        let variables: [String]
        let secret: String
        let provider: String
        /// The id of the grant, if one was made.
        var grant: String?
        /// What the agent holds in place of it.
        var placeholder: String?
    }

    struct Left: Encodable {
        let variable: String
        let reason: String
    }

    var stored: [Stored] = []
    var left: [Left] = []
    /// Whether something could not be stored that should have been.
    package private(set) var hasFailures = false

    private enum CodingKeys: String, CodingKey { case stored, left }

    /// Notes variables with which something went wrong.
    mutating func fail(_ variables: [String], _ reason: String) {
        hasFailures = true
        left += variables.map { Left(variable: $0, reason: reason) }
    }

    /// Lines of a shell: what was stored as comments, `unset` for who had the values, and for the agent the placeholders.
    package func text(agent: String?) -> String {
        var lines = stored.map { "# \($0.secret) holds \($0.variables.joined(separator: ", ")) for \($0.provider)" }
        lines += left.map { "# left: \($0.variable) \($0.reason)" }
        let variables = stored.flatMap(\.variables)
        if !variables.isEmpty { lines.append("unset " + variables.joined(separator: " ")) }
        if let agent, stored.contains(where: { $0.placeholder != nil }) {
            lines.append("# for \(agent):")
            for item in stored {
                guard let placeholder = item.placeholder else { continue }
                lines += item.variables.map { "export \($0)=\(placeholder)" }
            }
        }
        return lines.map { Printable.text($0) + "\n" }.joined()
    }
}
