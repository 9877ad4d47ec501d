internal import FoundationEssentials
internal import Glibc
internal import PosternAdmin
internal import PosternConfig
internal import PosternCore

/// What `postern init` is told of the state that was made: one JSON object on standard output.
struct InitialState {
    let agent: StoredAgent
    let key: MintedKey?
    let settings: ProxySettings

    private static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return encoder
    }

    /// Prints it; the key is shown this once.
    func write() {
        var line: [UInt8] = []
        func member(_ name: String, _ value: [UInt8]) {
            line += Array((line.isEmpty ? "{" : ",").utf8) + Array("\"\(name)\":".utf8) + value
        }
        func text(_ value: String) -> [UInt8] { Array((try? InitialState.encoder.encode(value)) ?? Data("null".utf8)) }
        member("agent", text(agent.name))
        member("state", text(settings.stateDirectory))
        member("ca", text("\(settings.stateDirectory)/ca/ca.pem"))
        // A key is letters, digits, `-` and `_`.
        key?.plaintext.withBytes { member("key", [UInt8(ascii: "\"")] + $0 + [UInt8(ascii: "\"")]) }
        line += Array("}\n".utf8)
        line.withUnsafeBytes { _ = Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    }
}

extension Operator {
    /// The user that runs this program.
    static var ofProcess: Operator {
        Operator(userID: getuid(), name: UserDatabase.name(of: getuid()))
    }
}
