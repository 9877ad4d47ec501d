/// Why a text is not TOML.
///
/// The reason never repeats what was read: it may be a secret without its quotes.
struct TOMLFault: Error, Hashable {
    let line: Int
    let reason: String
    let hint: String?

    init(line: Int, _ reason: String, hint: String? = nil) {
        self.line = line
        self.reason = reason
        self.hint = hint
    }
}
