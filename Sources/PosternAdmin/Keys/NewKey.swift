package import PosternCore

/// A key that is to be made.
package struct NewKey: Sendable {
    /// Unique among the keys of its owner; `nil` for the owner's name and a number.
    package var name: String?
    package var expiry = Expiry.never
    /// What it may be used for; `nil` is all that its owner may.
    package var scopes: [String]?
    /// The addresses from which it may be used, such as `10.0.0.0/8`; `nil` is from anywhere.
    package var networks: [String]?
    /// `nil` is no limit of its own.
    package var requestsPerMinute: Int?

    package init(name: String? = nil, expiry: Expiry = .never) {
        self.name = name
        self.expiry = expiry
    }
}

/// A key that is to be made from another one, for less.
package struct NewDerivedKey: Sendable {
    /// The id of the other one.
    package var parent: String
    package var name: String?
    package var scopes: [String]
    package var lifetime: Duration
    /// `nil` is from wherever the other one may be used.
    package var networks: [String]?

    package init(parent: String, scopes: [String], lifetime: Duration) {
        self.parent = parent
        self.scopes = scopes
        self.lifetime = lifetime
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
