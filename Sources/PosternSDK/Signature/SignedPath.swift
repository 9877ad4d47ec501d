internal import PosternCore

/// The path of a request as the client signed it, and its parts.
///
/// What is signed is the decoded path, so two paths that differ only in what is encoded have one signature. A part is
/// therefore refused in which a decoded byte could be taken for something else than text: were `/` or `?` let through,
/// whoever changes a request on its way could make another route of the same signature.
struct SignedPath: Hashable, Sendable {
    /// The decoded parts between the slashes.
    let parts: [String]

    /// Reads a path as it was sent; `nil` if it is not well encoded or has a part that is ambiguous.
    init?(_ path: String) {
        guard path.utf8.first == UInt8(ascii: "/") else { return nil }
        var parts: [String] = []
        for part in path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard let bytes = PercentEncoding.decode(part), SignedPath.isPlain(bytes),
                let text = String(validating: bytes, as: UTF8.self)
            else { return nil }
            parts.append(text)
        }
        self.parts = parts
    }

    /// What is signed.
    var canonical: String { "/" + parts.joined(separator: "/") }

    private static func isPlain(_ bytes: [UInt8]) -> Bool {
        bytes.allSatisfy { byte in
            switch byte {
            case 0..<0x20, 0x7f, UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "\\"): false
            default: true
            }
        } && bytes != Array(".".utf8) && bytes != Array("..".utf8)
    }
}
