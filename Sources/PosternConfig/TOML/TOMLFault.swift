/// Why a text is not TOML.
///
/// The reason never repeats what was read: it may be a secret without its quotes.
package struct TOMLFault: Error, Hashable {
    package let line: Int
    package let reason: String
    package let hint: String?

    init(line: Int, _ reason: String, hint: String? = nil) {
        self.line = line
        self.reason = reason
        self.hint = hint
    }
}
