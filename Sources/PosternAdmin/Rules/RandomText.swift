/// Texts that nobody can guess.
enum RandomText {
    /// 64 characters, so that six random bits are one, and none comes up more often.
    static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// So many characters from the system's random numbers.
    static func make(count: Int) -> String { String(decoding: bytes(count: count), as: UTF8.self) }

    /// So many characters, in bytes that their user may wipe.
    static func bytes(count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in alphabet[Int(truncatingIfNeeded: generator.next() & 63)] }
    }
}
