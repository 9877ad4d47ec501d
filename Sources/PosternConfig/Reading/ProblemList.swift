/// The problems found so far in one configuration file.
///
/// Reading goes on after a problem, so that one run names them all.
final class ProblemList {
    private let file: String
    private var found: [ConfigError.Problem] = []

    init(file: String) { self.file = file }

    /// Notes a problem of the line.
    func add(_ reason: String, line: Int?, hint: String? = nil) {
        let problem = ConfigError.Problem(file: file, line: line, reason: reason, hint: hint)
        // A broken provider is met again by each secret that names it; once is enough.
        if !found.contains(problem) { found.append(problem) }
    }

    /// All of them in the order of the file; `nil` if there are none.
    var error: ConfigError? {
        guard !found.isEmpty else { return nil }
        let ordered = found.enumerated().sorted { left, right in
            (left.element.line ?? 0, left.offset) < (right.element.line ?? 0, right.offset)
        }
        return ConfigError(problems: ordered.map(\.element))
    }
}
