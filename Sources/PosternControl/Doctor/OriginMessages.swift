/// The origin that `posternd` plays for `postern doctor --run`: what it prints, one line of JSON each.
package enum Origin {
    /// The name that clients ask for; no resolver knows it.
    package static let host = "origin.postern.test"

    /// The first line: where it is.
    package struct Address: Codable, Hashable, Sendable {
        /// On 127.0.0.1.
        package let port: UInt16
        /// The certificate of the authority that vouches for it, as PEM.
        package let authority: String

        package init(port: UInt16, authority: String) {
            self.port = port
            self.authority = authority
        }
    }

    /// Each further line: a request, as it came.
    package struct Request: Codable, Hashable, Sendable {
        /// Which trial it belongs to: the part of the path behind `/v1/`.
        package let trial: String
        /// What the answer holds, and nothing else in the world.
        package let nonce: String
        /// The request line and the fields.
        package let head: String

        package init(trial: String, nonce: String, head: String) {
            self.trial = trial
            self.nonce = nonce
            self.head = head
        }
    }
}
