internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import NIOCore
internal import PosternControl

extension Response {
    init(_ reply: ControlReply) throws {
        try self.init(status: reply.status, json: reply.answer)
    }

    init(_ refusal: ControlRefusal) {
        let answer = ErrorAnswer(code: refusal.code, message: refusal.message, hint: refusal.hint)
        do { try self.init(status: refusal.status, json: answer) } catch { self.init(status: .internalServerError) }
    }

    private init(status: Int, json value: some Encodable) throws {
        var data = try ControlJSON.encode(value)
        defer { ControlJSON.wipe(&data) }
        let body = ResponseBody(byteBuffer: ByteBuffer(bytes: data))
        // Answers hold keys that are shown once.
        let headers: HTTPFields = [
            .contentType: "application/json",
            .contentLength: "\(data.count)",
            .cacheControl: "no-store",
        ]
        self.init(status: HTTPResponse.Status(code: status), headers: headers, body: body)
    }
}
