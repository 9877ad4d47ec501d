internal import Glibc

/// Files of certificates, such as those that the system trusts.
package enum CertificateFile {
    /// Where distributions keep what their programs trust: all certificates in one file.
    package static let system = [
        "/etc/ssl/certs/ca-certificates.crt",  // Debian, Ubuntu, Arch, Alpine
        "/etc/pki/tls/certs/ca-bundle.crt",  // Fedora, RHEL
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // Fedora from 43 on
        "/etc/ssl/ca-bundle.pem",  // openSUSE
        "/etc/ssl/cert.pem",  // Alpine without the package ca-certificates
    ]
    private static let maxBytes = 16 * 1024 * 1024

    /// What is in a file, as long as it can be one of certificates.
    package static func contents(_ path: String) throws(CommandFailure) -> [UInt8] {
        // O_NONBLOCK: a FIFO must not keep us waiting for a writer. Links are followed: the system's files are often links.
        let file = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        guard file >= 0 else { throw .system("cannot open \(path)") }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= maxBytes else {
            throw CommandFailure("\(path) is not a file of certificates")
        }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var length = 0
        while length < bytes.count {
            let count = bytes.withUnsafeMutableBytes { buffer in
                read(file, buffer.baseAddress?.advanced(by: length), buffer.count - length)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system("cannot read \(path)") }
            if count == 0 { break }
            length += count
        }
        return Array(bytes.prefix(length))
    }
}
