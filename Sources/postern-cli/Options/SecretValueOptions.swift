import ArgumentParser
import PosternCLI

/// Where the values of a secret come from; the command line itself is seen by every process.
struct SecretValueOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Read the value from this file; - is standard input.", valueName: "file"),
        completion: .file()
    )
    var file: String?

    @Option(
        help: ArgumentHelp(
            "Read one of several values from a file; may be repeated.",
            discussion:
                "For providers that want several, such as datadog: --value-file secret=FILE --value-file app_key=FILE.",
            valueName: "variable=file"
        )
    )
    var valueFile: [NamedValue] = []

    @Option(
        help: ArgumentHelp(
            "A value that is no secret, such as a tenant's name; may be repeated.",
            valueName: "variable=value"
        )
    )
    var input: [NamedValue] = []

    func validate() throws {
        if file != nil, !valueFile.isEmpty { throw ValidationError("--file and --value-file exclude each other") }
    }

    /// The values as they are sent.
    func values(provider: String?, name: String) throws -> [String: String] {
        try SecretValues(file: file, files: valueFile, provider: provider, name: name).texts()
    }

    /// What is not secret; `nil` if nothing was given.
    func inputs() throws -> [String: String]? { input.isEmpty ? nil : try NamedValue.dictionary(input) }
}
