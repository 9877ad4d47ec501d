internal import PosternCommand
internal import PosternConfig
package import PosternControl

/// A file with the keys of a table of the configuration file, as JSON or as TOML.
package enum DefinitionFile {
    /// Reads a file; `-` is standard input.
    ///
    /// What begins with a brace is JSON, as no TOML does.
    package static func read(_ path: String) throws -> RawJSON {
        let bytes = try SecretBytes.contents(of: path) { Array($0) }
        let name = path == "-" ? "standard input" : path
        let first = bytes.first { !" \t\r\n".utf8.contains($0) }
        let text =
            first == UInt8(ascii: "{")
            ? String(decoding: bytes, as: UTF8.self) : try TOMLText.json(bytes, path: name)
        guard let document = RawJSON(json: text), case .object = document else {
            throw CommandFailure("\(name) is no JSON object", hint: "it may be JSON or TOML")
        }
        return document
    }
}
