internal import CNGHTTP2
internal import PosternCore

/// The fields of a head or of trailers as nghttp2 takes them: places in the text that they were read from.
///
/// They must not outlive the text. nghttp2 writes the names in lower case.
struct OutgoingFields {
    private(set) var fields: [nghttp2_nv] = []

    /// Reads a request head.
    init?(request text: UnsafeRawBufferPointer) {
        var lines = FieldLines(text)
        guard let line = lines.next(), let methodEnd = line.firstIndex(of: 0x20),
            let targetEnd = line.lastIndex(of: 0x20), methodEnd < targetEnd
        else { return nil }
        fields.reserveCapacity(24)
        append(":method", UnsafeRawBufferPointer(rebasing: line[..<methodEnd]))
        append(":scheme", OutgoingFields.bytes("https"))
        append(":path", UnsafeRawBufferPointer(rebasing: line[(methodEnd + 1)..<targetEnd]))
        guard let host = appendAll(&lines, keepsContentLength: true) else { return nil }
        let authority = OutgoingFields.field(OutgoingFields.bytes(":authority"), host, isIndexed: true)
        fields.insert(authority, at: 2)
    }

    /// Reads the head of an answer.
    init?(response text: UnsafeRawBufferPointer) {
        var lines = FieldLines(text)
        guard let line = lines.next(), line.count >= 12 else { return nil }
        fields.reserveCapacity(24)
        append(":status", UnsafeRawBufferPointer(rebasing: line[9..<12]))
        _ = appendAll(&lines, keepsContentLength: true)
    }

    /// Reads trailers.
    init(trailers text: UnsafeRawBufferPointer) {
        var lines = FieldLines(text)
        _ = appendAll(&lines, keepsContentLength: false)
    }

    private mutating func append(_ name: StaticString, _ value: UnsafeRawBufferPointer) {
        // A query may hold a credential.
        let isIndexed = !value.contains(UInt8(ascii: "?"))
        fields.append(OutgoingFields.field(OutgoingFields.bytes(name), value, isIndexed: isIndexed))
    }

    /// Appends all fields but those that HTTP/2 has no place for; returns the value of Host.
    private mutating func appendAll(_ lines: inout FieldLines, keepsContentLength: Bool) -> UnsafeRawBufferPointer? {
        var host: UnsafeRawBufferPointer?
        while let line = lines.next(), !line.isEmpty {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let name = UnsafeRawBufferPointer(rebasing: line[..<colon])
            let value = OutgoingFields.trimmed(line[(colon + 1)...])
            switch KnownField.named(name, hash: FieldName.hash(of: name)) {
            case .host: host = value
            case .connection, .keepAlive, .proxyConnection, .transferEncoding, .upgrade: break
            case .te where !FieldValue.equalsIgnoringCase(value, "trailers"): break
            case .contentLength where !keepsContentLength: break
            default:
                fields.append(OutgoingFields.field(name, value, isIndexed: OutgoingFields.isHarmless(name)))
            }
        }
        return host
    }

    private static func trimmed(_ value: Slice<UnsafeRawBufferPointer>) -> UnsafeRawBufferPointer {
        var value = value
        while value.first == 0x20 || value.first == 0x09 { value.removeFirst() }
        while value.last == 0x20 || value.last == 0x09 { value.removeLast() }
        return UnsafeRawBufferPointer(rebasing: value)
    }

    /// Whether a field may enter the compression table, where it stays for as long as the connection.
    ///
    /// A credential may be in a field of any name, so these are the ones that never hold one and often come again.
    private static func isHarmless(_ name: UnsafeRawBufferPointer) -> Bool {
        harmlessNames.contains { FieldValue.equalsIgnoringCase(name, $0) }
    }

    private static let harmlessNames: [StaticString] = [
        "accept", "accept-encoding", "cache-control", "content-encoding", "content-type", "date",
        "grpc-accept-encoding",
        "grpc-encoding", "server", "te", "user-agent", "vary",
    ]

    private static func bytes(_ text: StaticString) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    }

    private static func field(
        _ name: UnsafeRawBufferPointer,
        _ value: UnsafeRawBufferPointer,
        isIndexed: Bool
    ) -> nghttp2_nv {
        // nghttp2 only reads through these pointers.
        nghttp2_nv(
            name: UnsafeMutablePointer(mutating: name.bindMemory(to: UInt8.self).baseAddress),
            value: UnsafeMutablePointer(mutating: value.bindMemory(to: UInt8.self).baseAddress),
            namelen: name.count,
            valuelen: value.count,
            flags: UInt8((isIndexed ? NGHTTP2_NV_FLAG_NONE : NGHTTP2_NV_FLAG_NO_INDEX).rawValue)
        )
    }
}

/// The lines of a text that each end in CRLF.
private struct FieldLines: IteratorProtocol {
    private let text: UnsafeRawBufferPointer
    private var start = 0

    init(_ text: UnsafeRawBufferPointer) { self.text = text }

    mutating func next() -> UnsafeRawBufferPointer? {
        guard let newline = text[start...].firstIndex(of: 0x0a), newline > start else { return nil }
        defer { start = newline + 1 }
        let end = text[newline - 1] == 0x0d ? newline - 1 : newline
        return UnsafeRawBufferPointer(rebasing: text[start..<end])
    }
}
