internal import CLinux
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// Collects the body of a request.
enum ControlBody {
    /// Reads a body of at most `limit` bytes, of the JSON media type.
    static func read(_ request: Request, limit: Int) async throws -> BodyBytes {
        let declared = request.headers[.contentLength].flatMap { Int($0) }
        let body = BodyBytes(capacity: min(declared ?? 4096, limit))
        var isTooLarge = false
        // One that is too large is read to its end as well, or its sender would not see the answer.
        for try await buffer in request.body {
            isTooLarge = isTooLarge || body.bytes.count + buffer.readableBytes > limit
            buffer.withUnsafeReadableBytes { bytes in
                if !isTooLarge { body.append(bytes) }
                wipe(bytes)
            }
        }
        guard !isTooLarge else {
            throw ControlRefusal(
                status: 413,
                code: "body_too_large",
                message: "the body is larger than \(limit) bytes"
            )
        }
        guard declared == nil || declared == body.bytes.count else {
            throw ControlRefusal.invalid("the body is not whole")
        }
        guard body.bytes.isEmpty || isJSON(request.headers[.contentType]) else {
            throw ControlRefusal(
                status: 415,
                code: "unsupported_media_type",
                message: "the body is not declared as JSON",
                hint: "send Content-Type: application/json"
            )
        }
        return body
    }

    /// Overwrites the bytes of a body where the network put them.
    ///
    /// The buffer may be shared with the parser, which has read these bytes and looks at them no more; making it our own
    /// first would copy what is to disappear.
    private static func wipe(_ bytes: UnsafeRawBufferPointer) {
        postern_explicit_bzero(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
    }

    private static func isJSON(_ type: String?) -> Bool {
        guard let type else { return false }
        let parts = type.lowercased().split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
        return parts.first == "application/json"
            && parts.dropFirst().allSatisfy { $0 == "charset=utf-8" || $0 == "charset=\"utf-8\"" }
    }
}
