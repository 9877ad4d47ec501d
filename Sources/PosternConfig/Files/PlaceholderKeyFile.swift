internal import Glibc
package import PosternCore

/// The file in the state directory from which placeholders are made: 64 hexadecimal digits, readable by its owner alone.
///
/// Whoever takes it away gives every agent other placeholders.
package struct PlaceholderKeyFile: Sendable {
    /// Its name in the state directory.
    package static let name = "placeholder.key"
    private static let maxBytes = 4096

    private let directory: String
    /// Its path.
    package var path: String { "\(directory)/\(PlaceholderKeyFile.name)" }

    package init(stateDirectory: String) { directory = stateDirectory }

    /// Reads the key, or makes one where there is none.
    package func open() throws(ConfigError) -> PlaceholderKey {
        if access(path, F_OK) != 0 {
            do throws(Refusal) {
                try PrivateFile.createDirectory(directory)
                let digits = HexDigit.text(of: PlaceholderKey.randomBytes(PlaceholderKey.byteCount))
                try PrivateFile.create(path, digits + [0x0a])
            } catch { throw ConfigError(file: path, reason: error.reason, hint: error.hint) }
        }
        return try read()
    }

    /// Reads the key that a daemon made.
    package func read() throws(ConfigError) -> PlaceholderKey {
        do throws(Refusal) {
            // Not only its owner's: root shows placeholders of a daemon that has a user of its own.
            let text = try CheckedFile(
                path: path,
                checksOwner: geteuid() != 0,
                forbiddenMode: 0o077,
                maxBytes: PlaceholderKeyFile.maxBytes
            ).read()
            guard let key = HexDigit.bytes(of: text.dropLast(text.last == 0x0a ? 1 : 0)),
                key.count == PlaceholderKey.byteCount
            else {
                throw Refusal("\(path) is not 64 hexadecimal digits", hint: "take it away, and posternd makes another")
            }
            return PlaceholderKey(Secret(key))
        } catch { throw ConfigError(file: path, reason: error.reason, hint: error.hint) }
    }
}
