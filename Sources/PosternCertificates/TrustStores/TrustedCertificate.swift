/// A certificate in a trust store, under the name by which tools list it.
package struct TrustedCertificate: Hashable, Sendable {
    /// The name, unique in its store; in lower case, as Java would make it.
    package let alias: String
    /// The certificate as DER.
    package let der: [UInt8]

    package init(alias: String, der: [UInt8]) {
        self.alias = alias
        self.der = der
    }
}
