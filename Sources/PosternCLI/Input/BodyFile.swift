internal import PosternCommand

/// The body of a request that is to be explained.
package enum BodyFile {
    /// Reads a file; `-` is standard input.
    ///
    /// - Throws: ``CommandFailure`` if it is not UTF-8, which JSON cannot carry.
    package static func read(_ path: String) throws -> String {
        let text = try SecretBytes.contents(of: path) { String(validating: $0, as: UTF8.self) }
        guard let text else { throw CommandFailure("the body in \(path) is not UTF-8") }
        return text
    }
}
