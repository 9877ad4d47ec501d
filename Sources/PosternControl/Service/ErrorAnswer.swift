/// A refusal.
package struct ErrorAnswer: Codable, Hashable, Sendable {
    /// What is wrong: a stable code, words for people, and what to do.
    package struct Detail: Codable, Hashable, Sendable {
        package let code: String
        package let message: String
        package let hint: String?
    }

    package let error: Detail

    package init(code: String, message: String, hint: String? = nil) {
        error = Detail(code: code, message: message, hint: hint)
    }
}
