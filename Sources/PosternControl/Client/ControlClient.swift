internal import CCurl
internal import FoundationEssentials
internal import Glibc

/// Asks posternd over its control socket, one request after another.
package struct ControlClient: Sendable {
    /// The methods of the interface.
    package enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    /// What `sun_path` holds, without the zero at its end.
    package static let maxSocketPathBytes = 107
    private static let maxAnswerBytes = 256 * 1024 * 1024
    // Before the first easy handle, and only once.
    private static let isReady = postern_control_global_init() == 0

    private let socketPath: String
    private let timeoutMilliseconds: Int

    /// Keeps the path; nothing is opened before the first call.
    package init(socketPath: String, timeoutSeconds: Int = 60) {
        self.socketPath = socketPath
        timeoutMilliseconds = timeoutSeconds * 1000
    }

    /// Sends a request with a body, waits, and reads the answer.
    ///
    /// The bytes of the body are wiped when they are sent: they may hold a secret.
    package func call<Answer: Decodable>(
        _ method: Method,
        _ path: ControlPath,
        body: some Encodable
    ) throws(ControlError) -> Answer {
        var bytes: Data
        do { bytes = try ControlJSON.encode(body) } catch { throw .unsendable(reason: ControlJSON.reason(error)) }
        defer { ControlJSON.wipe(&bytes) }
        return try ControlClient.decode(send(method, path, body: bytes))
    }

    /// Sends a request without a body, waits, and reads the answer.
    package func call<Answer: Decodable>(_ method: Method, _ path: ControlPath) throws(ControlError) -> Answer {
        try ControlClient.decode(send(method, path, body: nil))
    }

    private static func decode<Answer: Decodable>(_ body: Data) throws(ControlError) -> Answer {
        var body = body
        defer { ControlJSON.wipe(&body) }
        do { return try JSONDecoder().decode(Answer.self, from: body) } catch {
            throw .brokenAnswer(reason: ControlJSON.reason(error))
        }
    }

    private func send(_ method: Method, _ path: ControlPath, body: Data?) throws(ControlError) -> Data {
        guard socketPath.utf8.count <= ControlClient.maxSocketPathBytes else { throw .pathTooLong(path: socketPath) }
        guard ControlClient.isReady else { throw .brokenAnswer(reason: "libcurl does not start") }
        var answer = postern_control_answer()
        let code = perform(method, "http://localhost\(path.text)", body, &answer)
        defer { postern_control_free(&answer) }
        guard code == CURLE_OK.rawValue else { throw failure(code, systemError: answer.system_error) }
        let data = answer.body.map { Data(bytes: $0, count: answer.body_length) } ?? Data()
        guard answer.status != 200, answer.status != 201 else { return data }
        guard let refusal = try? JSONDecoder().decode(ErrorAnswer.self, from: data).error else {
            throw .brokenAnswer(reason: "status \(answer.status)")
        }
        throw .refused(status: Int(answer.status), code: refusal.code, message: refusal.message, hint: refusal.hint)
    }

    private func perform(
        _ method: Method,
        _ url: String,
        _ body: Data?,
        _ answer: inout postern_control_answer
    ) -> UInt32 {
        socketPath.withCString { socketPath in
            method.rawValue.withCString { method in
                url.withCString { url in
                    var request = postern_control_request()
                    request.socket_path = socketPath
                    request.method = method
                    request.url = url
                    request.max_answer_length = ControlClient.maxAnswerBytes
                    request.timeout_ms = timeoutMilliseconds
                    guard let body else { return UInt32(postern_control_call(&request, &answer)) }
                    return body.withUnsafeBytes { bytes in
                        request.body = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
                        request.body_length = bytes.count
                        return UInt32(postern_control_call(&request, &answer))
                    }
                }
            }
        }
    }

    private func failure(_ code: UInt32, systemError: Int) -> ControlError {
        switch CURLcode(code) {
        case CURLE_COULDNT_CONNECT where systemError == Int(EACCES) || systemError == Int(EPERM):
            .permissionDenied(path: socketPath)
        case CURLE_COULDNT_CONNECT: .notRunning(path: socketPath)
        case CURLE_OPERATION_TIMEDOUT: .timedOut
        default: .brokenAnswer(reason: String(cString: curl_easy_strerror(CURLcode(code))))
        }
    }
}
