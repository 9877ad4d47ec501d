internal import CLinux
internal import PosternCore

/// Fetches the secrets that references name.
///
/// Fetching reads files and may run programs, so it may block for seconds: it belongs to loading a configuration and
/// never to an event loop.
struct SecretReader {
    /// Postern's own environment.
    let environment: [String: String]
    /// Whether secrets are not fetched but something else is put in their place, to look at a configuration without them.
    var isBlind = false

    /// The largest file, credential or output of a helper.
    static let maxBytes = 64 * 1024

    /// Fetches one secret, without the line end that editors and `echo` leave behind it.
    func secret(_ reference: SecretReference, obeying rules: SecretRules) throws(Refusal) -> Secret {
        // Of its own for each reference, since two agents cannot have the same key.
        if isBlind { return Secret(HexDigit.text(of: "\(reference)".utf8)) }
        var bytes = try fetch(reference)
        defer { bytes.withUnsafeMutableBytes { postern_explicit_bzero($0.baseAddress, $0.count) } }
        let trimmed = SecretRules.withoutLineEnd(bytes)
        try rules.check(trimmed)
        return Secret(trimmed)
    }

    private func fetch(_ reference: SecretReference) throws(Refusal) -> [UInt8] {
        switch reference {
        case .environment(let name):
            guard let value = environment[name] else {
                throw Refusal("the environment variable \(name) is not set")
            }
            return Array(value.utf8)
        case .file(let path):
            return try CheckedFile(path: path, forbiddenMode: 0o077, maxBytes: SecretReader.maxBytes).read()
        case .credential(let name):
            return try fetchCredential(name)
        case .helper(let arguments):
            return try HelperProgram(arguments: arguments).output(maxBytes: SecretReader.maxBytes)
        }
    }

    private func fetchCredential(_ name: String) throws(Refusal) -> [UInt8] {
        guard let directory = environment["CREDENTIALS_DIRECTORY"], directory.hasPrefix("/") else {
            throw Refusal(
                "no credentials were passed to Postern ($CREDENTIALS_DIRECTORY is not set)",
                hint: "add LoadCredential=\(name):/path to the unit"
            )
        }
        // The service manager owns the directory and gives its files to root, or to the service with mode 0440.
        return try CheckedFile(
            path: "\(directory)/\(name)",
            checksOwner: false,
            forbiddenMode: 0o037,
            maxBytes: SecretReader.maxBytes
        ).read()
    }
}
