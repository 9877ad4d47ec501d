package import PosternCore

/// A key that is to be made.
package struct NewKey: Sendable {
    /// Unique among the keys of its owner; `nil` for the owner's name and a number.
    package var name: String?
    package var expiry = Expiry.never

    package init(name: String? = nil, expiry: Expiry = .never) {
        self.name = name
        self.expiry = expiry
    }
}

/// A key just made, with the only copy of its text.
package struct MintedKey: Sendable {
    package let key: StoredKey
    /// What its holder presents.
    ///
    /// It is shown once and kept nowhere.
    package let plaintext: Secret
}
