/// Finds the name of the server in the first bytes that a TLS client sends, while they arrive.
///
/// Nothing is repaired: a hello that this cannot read is one that a server may read differently.
package struct ClientHelloScanner {
    /// What the bytes so far are.
    package enum Result: Hashable, Sendable {
        case incomplete
        /// Not TLS, or a hello that names its server in no clear way.
        case malformed
        /// A whole hello; it names no server where `serverName` is `nil`.
        case hello(serverName: HostName?)
    }

    /// How many bytes a hello may come in.
    ///
    /// Those with post-quantum key shares have 2 KB; session tickets can make them larger.
    package static let maximumBytes = 65_536

    private static let recordHeaderLength = 5
    /// RFC 8446 section 5.1.
    private static let maximumFragmentLength = 1 << 14
    private static let handshakeRecord: UInt8 = 22
    private static let messageHeaderLength = 4
    private static let clientHelloMessage: UInt8 = 1

    /// Where the next record starts.
    private var next = 0
    /// The message, without the headers of the records it came in.
    private var message: [UInt8] = []

    package init() {}

    /// Looks at all bytes that have arrived since the connection's start; those seen before must be the same.
    package mutating func scan(_ bytes: UnsafeRawBufferPointer) -> Result {
        while true {
            let record = UnsafeRawBufferPointer(rebasing: bytes[min(next, bytes.count)...])
            guard ClientHelloScanner.mayBegin(record) else { return .malformed }
            guard record.count >= ClientHelloScanner.recordHeaderLength else { return whileIncomplete(bytes) }
            let length = Int(record[3]) << 8 | Int(record[4])
            guard (1...ClientHelloScanner.maximumFragmentLength).contains(length) else { return .malformed }
            let end = ClientHelloScanner.recordHeaderLength + length
            // A message of another kind, or too long a one, is not waited for.
            let fragment = record[ClientHelloScanner.recordHeaderLength..<min(end, record.count)]
            let start =
                message.prefix(ClientHelloScanner.messageHeaderLength)
                + fragment.prefix(ClientHelloScanner.messageHeaderLength)
            guard ClientHelloScanner.mayBeHello(Array(start)) else { return .malformed }
            guard record.count >= end else { return whileIncomplete(bytes) }
            message.append(contentsOf: fragment)
            next += end
            guard next <= ClientHelloScanner.maximumBytes else { return .malformed }
            if let result = result() { return result }
        }
    }

    /// Whether these bytes can be the start of a record of TLS 1.0 to 1.3 that holds a handshake message.
    private static func mayBegin(_ record: UnsafeRawBufferPointer) -> Bool {
        (record.isEmpty || record[0] == handshakeRecord) && (record.count < 2 || record[1] == 3)
    }

    /// Whether these bytes can be the start of a ClientHello of allowed length.
    private static func mayBeHello(_ start: [UInt8]) -> Bool {
        guard let type = start.first else { return true }
        return type == clientHelloMessage && (start.count < messageHeaderLength || length(of: start) <= maximumBytes)
    }

    private static func length(of message: [UInt8]) -> Int {
        message[1..<messageHeaderLength].reduce(0) { $0 << 8 | Int($1) }
    }

    private func whileIncomplete(_ bytes: UnsafeRawBufferPointer) -> Result {
        bytes.count < ClientHelloScanner.maximumBytes ? .incomplete : .malformed
    }

    /// What the message is; `nil` while it goes on in another record.
    private func result() -> Result? {
        let header = ClientHelloScanner.messageHeaderLength
        guard message.count >= header else { return nil }
        let end = header + ClientHelloScanner.length(of: message)
        guard message.count >= end else { return nil }
        // Nothing may follow it in its record: the keys change after it (RFC 8446 section 5.1).
        guard message.count == end,
            let hello = message.withUnsafeBytes({ ClientHello(UnsafeRawBufferPointer(rebasing: $0[header...])) })
        else { return .malformed }
        return .hello(serverName: hello.serverName)
    }
}
