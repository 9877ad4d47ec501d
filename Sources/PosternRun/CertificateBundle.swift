internal import Glibc
internal import PosternCommand

/// Certificates for programs that trust the one file they are told of.
enum CertificateBundle {
    private static let mark = Array("-----BEGIN CERTIFICATE-----".utf8)

    /// What the caller trusts, and the local authority, as PEM.
    static func make(authority: String, environment: [String: String]) throws(CommandFailure) -> [UInt8] {
        var files = CertificateFile.system.filter { access($0, R_OK) == 0 }.prefix(1).map { $0 }
        if let own = environment["SSL_CERT_FILE"], access(own, R_OK) == 0, !files.contains(own) { files.append(own) }
        var bundle: [UInt8] = []
        for file in files {
            let contents = try CertificateFile.contents(file)
            guard contents.firstRange(of: mark) != nil else { continue }
            bundle += contents
            if bundle.last != UInt8(ascii: "\n") { bundle.append(UInt8(ascii: "\n")) }
        }
        return bundle + Array(authority.utf8)
    }

    /// Files from which programs take what they trust where no variable says otherwise.
    static func known(homes: [String], environment: [String: String]) -> [String] {
        var patterns = ["/usr/lib/python3/dist-packages", "/usr/local/lib/python3*/*-packages"]
        if let environment = environment["VIRTUAL_ENV"], environment.hasPrefix("/") {
            patterns.append("\(environment)/lib/python3*/site-packages")
        }
        patterns += homes.map { "\($0)/.local/lib/python3*/site-packages" }
        let packages = patterns.flatMap { pattern in
            ["certifi/cacert.pem", "pip/_vendor/certifi/cacert.pem", "stripe/data/ca-certificates.crt"].map {
                "\(pattern)/\($0)"
            }
        }
        return CertificateFile.system + packages.flatMap(matches)
    }

    private static func matches(_ pattern: String) -> [String] {
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(pattern, GLOB_NOSORT, nil, &found) == 0 else { return [] }
        return (0..<Int(found.gl_pathc)).compactMap { index in found.gl_pathv[index].map { String(cString: $0) } }
    }
}
