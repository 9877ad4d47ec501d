internal import Glibc
internal import PosternCommand
internal import PosternConfig
package import PosternCore

/// The values of a secret, from wherever they are handed over; never from the command line or the environment.
package struct SecretValues {
    private let values: [String: Secret]

    /// Reads them: several from `files` (`VARIABLE=FILE` each), one from `file` (`-` is standard input) or from what is
    /// piped in, or as many from a person as the catalogue says that the provider wants.
    package init(file: String?, files: [NamedValue], provider: String?, name: String) throws {
        if !files.isEmpty {
            values = try NamedValue.dictionary(files).mapValues { try SecretBytes.read(path: $0) }
            return
        }
        let wanted = SecretValues.variables(of: provider)
        if wanted.count > 1, file != nil || !Terminal.isInputTyped {
            let options = wanted.map { "--value-file \($0)=FILE" }.joined(separator: " ")
            throw CommandFailure(usage: "a secret of \(provider ?? "it") has several values", hint: "give \(options)")
        }
        if let file {
            values = ["secret": try SecretBytes.read(path: file)]
        } else if !Terminal.isInputTyped {
            values = ["secret": try SecretBytes.read(path: "-")]
        } else {
            var asked: [String: Secret] = [:]
            for variable in wanted {
                asked[variable] = try SecretPrompt.ask(for: wanted.count == 1 ? name : "\(name), \(variable)")
            }
            values = asked
        }
    }

    /// As the interface takes them, for the moment of sending.
    ///
    /// - Throws: ``CommandFailure`` if one is not UTF-8, which JSON cannot carry.
    package func texts() throws -> [String: String] {
        try values.mapValues { try SecretValues.text(of: $0) }
    }

    /// One value as the interface takes it.
    package static func text(of secret: Secret) throws -> String {
        guard let text = secret.withBytes({ String(validating: $0, as: UTF8.self) }) else {
            throw CommandFailure(
                "the secret is not UTF-8",
                hint: "a binary one has to be encoded, as its provider says"
            )
        }
        return text
    }

    /// The secret variables of a provider's usual method, `secret` where nothing is known of it.
    private static func variables(of provider: String?) -> [String] {
        let entry = provider.flatMap { ProviderCatalogue.builtIn.entries[$0] }
        return entry?.auth.first { $0.inject != nil }?.secrets ?? ["secret"]
    }
}
