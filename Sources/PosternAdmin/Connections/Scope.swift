/// What a provider may be asked for.
enum Scope {
    /// The most of them in one connection.
    static let maxCount = 100

    /// RFC 6749 section 3.3.
    static func isOne(_ text: String) -> Bool {
        (1...512).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "\""), UInt8(ascii: "\\"): false
                case 0x21...0x7e: true
                default: false
                }
            }
    }
}
