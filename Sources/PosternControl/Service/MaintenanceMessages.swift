/// `POST /v1/store/rekey`.
package struct RekeyRequest: Encodable, Sendable {
    /// Where the new master key is read from, as in the configuration; a new file of ours if absent.
    package var source: String?

    package init(source: String? = nil) { self.source = source }
}

/// What was done, in words.
package struct DoneAnswer: Codable, Hashable, Sendable {
    package let message: String

    package init(message: String) { self.message = message }
}

/// `POST /v1/store/check`.
package struct StoreCheckAnswer: Codable, Hashable, Sendable {
    /// What is damaged; nothing if the store is sound.
    package let problems: [String]

    package init(problems: [String]) { self.problems = problems }
}

/// `POST /v1/config/reload`.
package struct ReloadAnswer: Codable, Hashable, Sendable {
    /// What is in force now, in words.
    package let message: String
    /// What was read but waits for a restart.
    package let warnings: [String]

    package init(message: String, warnings: [String] = []) {
        self.message = message
        self.warnings = warnings
    }
}
