internal import Glibc
internal import PosternConfig
internal import PosternCore
internal import PosternStore

/// Finds what opens the store, and opens it.
struct StoreOpening {
    let settings: ProxySettings
    let environment: [String: String]
    /// Whether an older copy of the store than was seen before is taken.
    let acceptsRestored: Bool

    /// Opens the store; one that is not there is made.
    func open() throws -> SQLiteStore {
        try SQLiteStore.open(
            stateDirectory: settings.stateDirectory,
            masterKey: try masterKey(),
            acceptsRestored: acceptsRestored
        )
    }

    /// The file that holds the key where the configuration names none.
    var keyFilePath: String { "\(settings.stateDirectory)/master.key" }

    private func masterKey() throws -> MasterKey {
        guard let source = settings.masterKey else {
            return try MasterKeyFile(stateDirectory: settings.stateDirectory).readOrCreate()
        }
        if let key = try MasterKeyReader(environment: environment).read(source) { return key }
        return .passphrase(try TerminalPrompt.secret("Passphrase of the store: "))
    }
}
