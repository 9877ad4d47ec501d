internal import PosternCommand
internal import PosternControl

/// What an agent may ask of each provider, as JSON on the command line: `{"github": ["repo"]}`.
package enum ScopesText {
    /// Reads an object of arrays of texts.
    package static func read(_ text: String) throws -> [String: [String]] {
        let failure = CommandFailure(
            usage: "--scopes-json takes an object of arrays of strings",
            hint: "such as '{\"github\": [\"repo\"]}'"
        )
        guard case .object(let members) = RawJSON(json: text) else { throw failure }
        return try members.mapValues { value in
            guard case .array(let values) = value else { throw failure }
            return try values.map { value in
                guard case .text(let text) = value else { throw failure }
                return text
            }
        }
    }
}
