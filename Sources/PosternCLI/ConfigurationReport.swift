internal import PosternCommand
internal import PosternConfig
internal import PosternCore

/// What is wrong with a configuration file.
package struct ConfigurationReport: Encodable {
    struct Problem: Encodable {
        let file: String
        let line: Int?
        let reason: String
        let hint: String?
    }

    private enum CodingKeys: String, CodingKey { case path, problems }

    private let path: String
    let problems: [Problem]
    /// What was read, without secrets; `nil` if something is wrong with it.
    let configuration: Configuration?

    /// Whether nothing is wrong.
    package var isSound: Bool { problems.isEmpty }

    /// Reads and validates the file, and fetches no secret.
    package init(path: String, userMode: Bool, environment: [String: String] = Environment.all) {
        self.path = path
        do throws(ConfigError) {
            let loader = ConfigurationLoader(path: path, userMode: userMode, environment: environment)
            configuration = try loader.loadWithoutSecrets()
            problems = []
        } catch {
            configuration = nil
            problems = error.problems.map {
                Problem(file: $0.file, line: $0.line, reason: $0.reason, hint: $0.hint)
            }
        }
    }

    /// One error a problem, or that there is none.
    package var text: String {
        guard !isSound else { return "postern: \(Printable.text(path)) is sound\n" }
        return problems.map { problem in
            let place = problem.line.map { "\(problem.file):\($0)" } ?? problem.file
            return CommandFailure("\(place): \(problem.reason)", hint: problem.hint).text
        }.joined()
    }
}
