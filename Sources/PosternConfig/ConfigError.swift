/// Why a configuration was refused: every problem that was found, in the order of the file.
package struct ConfigError: Error, Hashable, Sendable {
    /// One thing that is wrong.
    package struct Problem: Hashable, Sendable {
        /// The file it is about, as it was named to Postern.
        package let file: String
        /// The line in that file, from 1; `nil` when it is about the file as a whole.
        package let line: Int?
        /// What is wrong, lower case, without a full stop.
        ///
        /// Never holds a secret.
        package let reason: String
        /// What to do about it.
        package let hint: String?

        package init(file: String, line: Int? = nil, reason: String, hint: String? = nil) {
            self.file = file
            self.line = line
            self.reason = reason
            self.hint = hint
        }
    }

    /// The problems.
    ///
    /// Never empty.
    package let problems: [Problem]

    package init(problems: [Problem]) {
        precondition(!problems.isEmpty, "a configuration error without a problem")
        self.problems = problems
    }

    package init(file: String, line: Int? = nil, reason: String, hint: String? = nil) {
        self.init(problems: [Problem(file: file, line: line, reason: reason, hint: hint)])
    }

    /// The file of the first problem.
    package var file: String { problems[0].file }
    /// The line of the first problem.
    package var line: Int? { problems[0].line }
    /// What is wrong first.
    package var reason: String { problems[0].reason }
    /// What to do about the first problem.
    package var hint: String? { problems[0].hint }
}

extension ConfigError.Problem: CustomStringConvertible {
    /// `proxy.conf:12: unknown key …`, and the hint on a line of its own.
    package var description: String {
        let place = line.map { "\(file):\($0)" } ?? file
        return "\(place): \(reason)" + (hint.map { "\n  hint: \($0)" } ?? "")
    }
}

extension ConfigError: CustomStringConvertible {
    package var description: String { problems.map(\.description).joined(separator: "\n") }
}
