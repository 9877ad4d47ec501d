package import PosternCommand
package import PosternCore

/// The variables of a file such as `.env`: `KEY=VALUE` a line, as shells and the usual libraries read it.
///
/// `export` may stand before a name, `#` begins a comment at the start of a line or behind a space. Single quotes take
/// everything as it is, double quotes know `\n`, `\r`, `\t`, `\"`, `\\` and `\$`; both may go over several lines.
/// Nothing is expanded: a value is a secret, not a program.
package struct DotEnvFile {
    /// A variable and where it stands.
    package struct Variable: Sendable {
        package let name: String
        package let value: Secret
        /// From 1.
        package let line: Int
    }

    /// In the order of the file; of a name that stands several times only the last, as a shell has it.
    package let variables: [Variable]

    /// Reads a file; `-` is standard input.
    package init(path: String) throws(CommandFailure) {
        try self.init(SecretBytes.contents(of: path) { DotEnvFile.parse($0, path: path) }.get())
    }

    /// Reads the bytes of a file.
    package init(_ bytes: UnsafeRawBufferPointer, path: String) throws(CommandFailure) {
        self.init(try DotEnvFile.parse(bytes, path: path).get())
    }

    private init(_ variables: [Variable]) {
        let last = Dictionary(variables.map { ($0.name, $0.line) }) { _, later in later }
        self.variables = variables.filter { last[$0.name] == $0.line }
    }

    private static func parse(_ bytes: UnsafeRawBufferPointer, path: String) -> Result<[Variable], CommandFailure> {
        var cursor = DotEnvCursor(bytes)
        var variables: [Variable] = []
        do throws(DotEnvCursor.Fault) {
            while let variable = try cursor.next() { variables.append(variable) }
            return .success(variables)
        } catch {
            return .failure(CommandFailure("\(path):\(error.line): \(error.reason)", hint: error.hint))
        }
    }
}
