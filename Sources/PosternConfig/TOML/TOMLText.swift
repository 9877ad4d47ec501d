internal import FoundationEssentials
internal import PosternCore

/// TOML as JSON, for what is written like a table of the configuration file and sent to a running daemon.
package enum TOMLText {
    /// The document as one JSON object, its instants as RFC 3339 text.
    package static func json(_ bytes: [UInt8], path: String) throws(ConfigError) -> String {
        do throws(TOMLFault) {
            var text = ""
            try write(.table(TOMLDocument.parse(bytes)), line: 1, to: &text)
            return text
        } catch {
            throw ConfigError(file: path, line: error.line, reason: "not TOML: \(error.reason)", hint: error.hint)
        }
    }

    private static func write(_ value: ConfigNode.Value, line: Int, to text: inout String) throws(TOMLFault) {
        switch value {
        case .string(let string): text += quoted(string)
        case .integer(let integer): text += String(integer)
        case .decimal(let decimal): text += decimal
        case .boolean(let boolean): text += boolean ? "true" : "false"
        case .instant(let seconds): text += quoted("\(Timestamp.text(seconds * 1_000_000_000).prefix(19))Z")
        case .array(let nodes):
            text += "["
            for (index, node) in nodes.enumerated() {
                if index > 0 { text += "," }
                try write(node.value, line: node.line ?? line, to: &text)
            }
            text += "]"
        case .table(let table):
            text += "{"
            for (index, entry) in table.entries.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { text += "," }
                text += quoted(entry.key) + ":"
                try write(entry.value.value, line: entry.value.line ?? line, to: &text)
            }
            text += "}"
        case .other(let type): throw TOMLFault(line: line, "no key takes \(type)")
        }
    }

    private static func quoted(_ string: String) -> String {
        // A string of Swift is always valid UTF-8, so it can always be encoded.
        (try? JSONEncoder().encode(string)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    }
}
