internal import Glibc
internal import PosternCertificates
package import PosternCommand

/// Certificates in files, such as those that the system trusts.
package enum RootCertificates {
    /// The system's certificates as DER, from the first file that is there.
    ///
    /// The environment has no say: a variable that was left behind would decide what is trusted.
    package static func system(_ files: [String] = CertificateFile.system) throws(CommandFailure) -> [[UInt8]] {
        guard let path = files.first(where: { access($0, F_OK) == 0 }) else {
            throw CommandFailure(
                "no file of certificates that this system trusts was found, such as \(files.first ?? "")",
                hint: "install the package ca-certificates"
            )
        }
        return try read(path)
    }

    /// The certificates in a PEM file as DER; at least one.
    package static func read(_ path: String) throws(CommandFailure) -> [[UInt8]] {
        guard let blocks = PEM.blocks(label: "CERTIFICATE", in: try CertificateFile.contents(path)), !blocks.isEmpty
        else {
            throw CommandFailure(
                "\(path) does not hold certificates as PEM",
                hint: "it needs `-----BEGIN CERTIFICATE-----` blocks; `openssl x509` makes them from other forms"
            )
        }
        guard blocks.allSatisfy(CertificateBytes.haveCertificateForm) else {
            throw CommandFailure("\(path) holds a certificate that is cut off or no certificate")
        }
        return blocks
    }
}
