internal import CLinux
internal import PosternCore

/// What keys look like: a fixed text that says whose they are, and random characters.
enum KeyForm {
    case agent
    case app

    /// What every key of the kind begins with.
    var beginning: String {
        switch self {
        case .agent: "alter_key_agent_"
        case .app: "alter_key_app_"
        }
    }

    /// How many random characters follow.
    ///
    /// Clients expect `alter_key_` and 40 characters more.
    var randomCount: Int {
        switch self {
        case .agent: 34
        case .app: 36
        }
    }

    /// How many of them are kept, to tell keys from one another.
    static let keptCount = 4

    /// 64 characters, so that six random bits are one, and none comes up more often.
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// Makes the text of a new key from the system's random numbers.
    func random() -> (plaintext: Secret, prefix: String, digest: KeyDigest) {
        var generator = SystemRandomNumberGenerator()
        var text = Array(beginning.utf8)
        text.reserveCapacity(text.count + randomCount)
        for _ in 0..<randomCount { text.append(KeyForm.alphabet[Int(truncatingIfNeeded: generator.next() & 63)]) }
        defer { text.withUnsafeMutableBytes { postern_explicit_bzero($0.baseAddress, $0.count) } }
        let prefix = String(decoding: text.prefix(beginning.utf8.count + KeyForm.keptCount), as: UTF8.self)
        return (Secret(text), prefix, KeyDigest(ofKey: text))
    }
}
