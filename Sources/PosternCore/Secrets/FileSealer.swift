/// Encrypts what is kept in a file of the state directory, so that the file alone is worth nothing.
///
/// Implemented by the store, whose master key opens it, and by tests.
package protocol FileSealer: Sendable {
    /// The bytes to keep; bound to the file's name, so that no file can stand in for another.
    func seal(_ bytes: [UInt8], as name: String) -> [UInt8]

    /// What was sealed under this name; `nil` for anything else.
    func open(_ sealed: [UInt8], as name: String) -> Secret?
}
