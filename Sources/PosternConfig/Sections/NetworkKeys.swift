internal import PosternCore

/// How hosts are reached: the keys that providers and egress rules share.
enum NetworkKeys {
    /// Reads `scheme`.
    static func scheme(_ table: TableReader) -> Scheme? {
        table.choice("scheme", of: Dictionary(Scheme.allCases.map { ($0.rawValue, $0) }) { first, _ in first })
    }

    /// Reads `allow_private`, `connect_to` and `ca_file`.
    static func read(_ table: TableReader, scheme: Scheme) -> UpstreamNetwork {
        UpstreamNetwork(
            allowsPrivateAddresses: table.boolean("allow_private") ?? false,
            fixedAddress: fixedAddress(table),
            certificateAuthorityFile: certificateAuthorityFile(table, scheme: scheme)
        )
    }

    private static func fixedAddress(_ table: TableReader) -> IPEndpoint? {
        guard let text = table.string("connect_to") else { return nil }
        guard let endpoint = IPEndpoint(text.value) else {
            table.refuse(
                "connect_to",
                "must be an address and a port, found \(Excerpt.of(text.value))",
                hint: "write `127.0.0.1:9443` or `[::1]:9443`; names are not resolved here"
            )
            return nil
        }
        return endpoint
    }

    private static func certificateAuthorityFile(_ table: TableReader, scheme: Scheme) -> String? {
        if scheme == .http, table.has("ca_file") {
            table.refuse("ca_file", "has no use with `scheme = \"http\"`")
        }
        return certificateAuthorityFile(table)
    }

    /// Reads `ca_file`.
    static func certificateAuthorityFile(_ table: TableReader) -> String? {
        guard let path = table.string("ca_file") else { return nil }
        return table.attempt("ca_file", line: path.line) { () throws(Refusal) in
            try CertificateFile.check(path.value)
            return path.value
        }
    }
}

extension HostPattern {
    /// The pattern with its port, as it is written.
    var written: String { port.map { "\(text):\($0)" } ?? text }
}
