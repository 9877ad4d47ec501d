/// How a message quotes what the file says.
enum Excerpt {
    /// The text in backquotes, or only its length if it is long or not plain.
    ///
    /// A key pasted where a name belongs must not reach a log, and keys are long where names are short.
    static func of(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "`") }
        return isPlain && text.utf8.count < 32 ? "`\(text)`" : "(\(text.count) characters)"
    }
}
