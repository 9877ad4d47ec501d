package import PosternCore

extension SQLiteStore {
    package func rekey(to masterKey: MasterKey) throws(StoreError) {
        try StoreError.translating(path) {
            let wrap = try WrapRow(dataKey, with: masterKey, storeID: storeID)
            try writeTransaction { transaction in
                for old in try transaction.wraps() { try transaction.delete(old.id, from: .wraps) }
                try transaction.insert(row: wrap)
                transaction.hasForgotten = true
            }
        }
    }

    /// Makes a new master key in the place of the one in a file, and wraps with it the key that seals the store.
    ///
    /// Whenever the process ends, what is in the file opens the store.
    package func rekeyFile(at path: String) throws(StoreError) {
        let rotation = MasterKeyRotation(store: self, file: try MasterKeyFile(path: path))
        for step in MasterKeyRotation.Step.allCases { try rotation.perform(step) }
    }

    /// Wraps the data key with another master key too.
    ///
    /// - Returns: the id of the wrap.
    func addWrap(_ masterKey: MasterKey) throws(StoreError) -> String {
        try StoreError.translating(path) {
            let wrap = try WrapRow(dataKey, with: masterKey, storeID: storeID)
            try writeTransaction { try $0.insert(row: wrap) }
            return wrap.id
        }
    }

    /// Leaves the master key of one wrap as the only one that opens the store.
    func dropWraps(except id: String) throws(StoreError) {
        try StoreError.translating(path) {
            try writeTransaction { transaction in
                let others = try transaction.wraps().filter { $0.id != id }
                for wrap in others { try transaction.delete(wrap.id, from: .wraps) }
                if !others.isEmpty { transaction.hasForgotten = true }
            }
        }
    }
}

extension Transaction {
    fileprivate func wraps() throws -> [WrapRow] { try rows(.wraps) }
}
