/// Follows a body that is a sequence of messages with their lengths in front, to know where each ends.
///
/// What ends with a message is no beginning of a secret that the next bytes could complete, so nothing of a whole message
/// has to wait for the next one, which a peer may only send when it was answered. gRPC over HTTP/2, "Length-Prefixed-Message"; Connect
/// has the same envelopes.
package struct MessageBoundaries: Sendable {
    /// One byte of flags and four of length.
    private static let prefixLength = 5

    private var prefixBytes = 0
    private var length = 0
    private var remaining = 0

    /// - Returns: `nil` for a body of another type.
    package init?(for head: ResponseHead) {
        let types: [StaticString] = ["application/grpc", "application/connect+"]
        let isSequence = head.fields.contains { field in
            let value = head.bytes[field.value]
            return FieldValue.equalsIgnoringCase(head.bytes[field.name], "content-type")
                && types.contains { FieldValue.equalsIgnoringCase(value.prefix($0.utf8CodeUnitCount), $0) }
        }
        guard isSequence else { return nil }
    }

    /// The end of the first message that ends in the next bytes; `nil` if none does, and then all of them are used up.
    package mutating func next(in bytes: UnsafeRawBufferPointer) -> Int? {
        var position = 0
        while position < bytes.count {
            if prefixBytes < MessageBoundaries.prefixLength {
                if prefixBytes > 0 { length = length << 8 | Int(bytes[position]) }
                prefixBytes += 1
                position += 1
                remaining = length
            }
            guard prefixBytes == MessageBoundaries.prefixLength else { continue }
            let taken = min(remaining, bytes.count - position)
            remaining -= taken
            position += taken
            if remaining == 0 {
                prefixBytes = 0
                length = 0
                return position
            }
        }
        return nil
    }
}
