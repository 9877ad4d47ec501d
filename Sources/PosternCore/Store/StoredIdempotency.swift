/// That something was made for a request which may be sent again.
package struct StoredIdempotency: Hashable, Sendable {
    /// Who asked: the id of a key, or a name for somebody without one.
    package let asker: String
    /// The digest of who asked and the key that was given.
    package let digest: KeyDigest
    /// The digest of what was asked for.
    package let bodyDigest: KeyDigest
    /// The id of what was made.
    package let subjectID: String
    package let createdAt: Int64
    package let expiresAt: Int64

    package init(
        asker: String,
        digest: KeyDigest,
        bodyDigest: KeyDigest,
        subjectID: String,
        createdAt: Int64,
        expiresAt: Int64
    ) {
        self.asker = asker
        self.digest = digest
        self.bodyDigest = bodyDigest
        self.subjectID = subjectID
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}
