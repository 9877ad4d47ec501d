internal import PosternCore

/// `[store]`: what opens the store.
enum StoreSection {
    static func read(_ table: TableReader, into settings: inout ProxySettings) {
        let key = reference("master_key", table)
        let isAsked = table.string("passphrase")?.value == "prompt"
        let passphrase = isAsked ? nil : reference("passphrase", table)
        if table.has("master_key"), table.has("passphrase") {
            table.refuse("passphrase", "stands beside `master_key`", hint: "one thing opens the store; keep one")
        }
        if let key {
            settings.masterKey = .key(reference: key)
        } else if isAsked {
            settings.masterKey = .prompt
        } else if let passphrase {
            settings.masterKey = .passphrase(reference: passphrase)
        }
        table.finish()
    }

    private static func reference(_ key: String, _ table: TableReader) -> String? {
        guard let text = table.string(key) else { return nil }
        let isReference = table.attempt(key, line: text.line) { () throws(Refusal) in
            _ = try SecretReference(text.value)
            return true
        }
        return isReference == true ? text.value : nil
    }
}

/// `[control]`: where the command line reaches the daemon.
enum ControlSection {
    /// The longest path of a unix socket (107 bytes, unix(7)) that leaves room for the suffix under which it is made.
    static let maxPathBytes = 103

    static func read(_ table: TableReader, into settings: inout ProxySettings) {
        if let path = table.string("socket") {
            if path.value.hasPrefix("/"), path.value.utf8.count <= maxPathBytes {
                settings.controlSocket = path.value
            } else {
                table.refuse("socket", "must be an absolute path of at most \(maxPathBytes) bytes")
            }
        }
        table.finish()
    }
}
