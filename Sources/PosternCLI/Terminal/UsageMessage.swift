/// The parser's words in the form of ours: one line, lower case, no full stop.
package enum UsageMessage {
    /// Changes the first letter, and joins lines.
    package static func text(_ message: String) -> String {
        var text = message.split(separator: "\n").joined(separator: " ")
        if text.hasPrefix("Error: ") { text.removeFirst(7) }
        if text.hasSuffix(".") { text.removeLast() }
        return text.prefix(1).lowercased() + text.dropFirst()
    }
}
