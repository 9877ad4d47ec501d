/// Why something that the file names cannot be used.
///
/// The caller adds where the file names it.
struct Refusal: Error {
    /// What is wrong, lower case, without a full stop.
    ///
    /// Never holds a secret.
    let reason: String
    /// What to do about it.
    let hint: String?

    init(_ reason: String, hint: String? = nil) {
        self.reason = reason
        self.hint = hint
    }
}
