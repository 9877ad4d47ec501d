/// An absolute `http` or `https` URL, taken apart where two programs could read it differently.
///
/// No userinfo, no fragment, and no byte that would have to be encoded.
package struct WebURL: Hashable, Sendable {
    package let destination: Destination
    /// The path, which is `/` at least, and the query with its `?`.
    package let target: String

    /// Reads a URL; `nil` if it is not exactly one.
    package init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard let scheme = Scheme.allCases.first(where: { bytes.starts(with: "\($0.rawValue)://".utf8) }) else {
            return nil
        }
        let rest = bytes.dropFirst(scheme.rawValue.utf8.count + 3)
        let end = rest.firstIndex { "/?#\\".utf8.contains($0) } ?? rest.endIndex
        guard let authority = Authority(Array(rest[..<end])) else { return nil }
        var target = Array(rest[end...])
        if target.isEmpty { target = [UInt8(ascii: "/")] }
        let query = target.firstIndex(of: UInt8(ascii: "?")) ?? target.endIndex
        guard target.first == UInt8(ascii: "/"), !target.contains(UInt8(ascii: "\\")),
            target[..<query].allSatisfy(ByteClass.isPath), target[query...].dropFirst().allSatisfy(ByteClass.isQuery)
        else { return nil }
        destination = Destination(
            scheme: scheme,
            host: authority.host,
            port: authority.port ?? scheme.defaultPort
        )
        self.target = String(decoding: target, as: UTF8.self)
    }

    /// Whether it names this machine: what is sent there crosses no network.
    package var isLoopback: Bool {
        destination.host.address?.isLoopback ?? (destination.host.text == "localhost")
    }

    /// The scheme, the host and, where it is not the usual one, the port.
    package var origin: String { "\(destination.scheme.rawValue)://\(destination.authority)" }
}

extension WebURL: CustomStringConvertible {
    package var description: String { origin + target }
}
