/// The directory of a local certificate authority, for the daemon's user alone, and the names of the files in it.
///
///     ca.key   the private key: EC P-256, PKCS #8, encrypted, PEM, mode 0600
///     ca.pem   the certificate, which clients are to trust, mode 0644
package struct AuthorityDirectory: Hashable, Sendable {
    static let keyName = "ca.key"
    static let certificateName = "ca.pem"

    package let path: String

    /// The directory of the authority that belongs to a daemon's state directory.
    package init(stateDirectory: String) { path = stateDirectory + "/ca" }

    package var keyPath: String { path + "/" + AuthorityDirectory.keyName }
    package var certificatePath: String { path + "/" + AuthorityDirectory.certificateName }

    /// How to come to a new authority, for hints.
    var replacement: String {
        "remove \(keyPath) and \(certificatePath), restart posternd, and give clients the new certificate"
    }
}
