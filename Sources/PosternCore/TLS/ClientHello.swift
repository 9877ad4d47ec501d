/// What Postern reads of a TLS client's first message: which server it asks for.
///
/// RFC 8446 section 4.1.2; older versions wrote the same message, RFC 5246 section 7.4.1.2.
struct ClientHello: Sendable {
    /// The name in the server_name extension; `nil` where there is none.
    let serverName: HostName?

    private static let serverNameExtension = 0
    private static let hostNameType = 0

    /// Reads the body of the message; `nil` if it is not one, or names a server in a way that two readers could
    /// understand differently.
    init?(_ body: UnsafeRawBufferPointer) {
        var reader = VectorReader(body)
        guard let version = reader.number(bytes: 2), version >> 8 == 3, reader.take(32) != nil,
            let session = reader.vector(lengthBytes: 1), session.count <= 32,
            let suites = reader.vector(lengthBytes: 2), suites.count >= 2, suites.count % 2 == 0,
            let compression = reader.vector(lengthBytes: 1), !compression.isEmpty
        else { return nil }
        var name: HostName?
        // TLS 1.2 knows a message that ends here, without extensions.
        if !reader.isAtEnd {
            guard let block = reader.vector(lengthBytes: 2), reader.isAtEnd else { return nil }
            var extensions = VectorReader(block)
            while !extensions.isAtEnd {
                guard let type = extensions.number(bytes: 2), let data = extensions.vector(lengthBytes: 2) else {
                    return nil
                }
                guard type == ClientHello.serverNameExtension else { continue }
                // Of two extensions one server would take the first, another the last.
                guard name == nil, let only = ClientHello.name(in: data) else { return nil }
                name = only
            }
        }
        serverName = name
    }

    /// The one DNS name in a list of names.
    ///
    /// RFC 6066 section 3. No second kind of name was ever defined, so that a list holds exactly one.
    private static func name(in data: UnsafeRawBufferPointer) -> HostName? {
        var reader = VectorReader(data)
        guard let list = reader.vector(lengthBytes: 2), reader.isAtEnd else { return nil }
        var names = VectorReader(list)
        guard names.number(bytes: 1) == hostNameType, let text = names.vector(lengthBytes: 2), names.isAtEnd,
            text.last != UInt8(ascii: "."), let name = HostName(text), name.address == nil
        else { return nil }
        return name
    }
}

/// Reads the numbers and vectors of TLS's presentation language, RFC 8446 section 3, and never beyond their end.
private struct VectorReader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    mutating func take(_ count: Int) -> UnsafeRawBufferPointer? {
        guard count <= bytes.count - position else { return nil }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
    }

    mutating func number(bytes count: Int) -> Int? { take(count)?.reduce(0) { $0 << 8 | Int($1) } }

    mutating func vector(lengthBytes: Int) -> UnsafeRawBufferPointer? {
        number(bytes: lengthBytes).flatMap { take($0) }
    }
}
