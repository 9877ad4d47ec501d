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
        let passphrase = try TerminalPrompt.secret("Passphrase of the store: ")
        guard passphrase.count >= MasterKeyReader.minPassphraseBytes else {
            throw StoreError.unavailable(
                reason:
                    "a passphrase has at least \(MasterKeyReader.minPassphraseBytes) bytes; a shorter one could be guessed"
            )
        }
        // A slip of the finger would seal a new store for good.
        if access("\(settings.stateDirectory)/store.db", F_OK) != 0 {
            guard try TerminalPrompt.secret("The same again: ").isEqual(to: passphrase) else {
                throw StoreError.unavailable(reason: "the two passphrases differ")
            }
        }
        return .passphrase(passphrase)
    }
}
