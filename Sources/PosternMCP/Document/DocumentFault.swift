/// Why a file's text is not understood, or cannot be changed as it was meant to be.
///
/// The reason never repeats what was read: it may be a secret.
package struct DocumentFault: Error, Hashable, Sendable {
    package let reason: String
    /// The line, from 1, where one can be named.
    package let line: Int?

    init(_ reason: String, line: Int? = nil) {
        self.reason = reason
        self.line = line
    }
}

extension DocumentFault: CustomStringConvertible {
    package var description: String { (line.map { "line \($0): " } ?? "") + reason }
}
