internal import CCurl
internal import CLinux
internal import PosternCore
internal import Synchronization

/// One request on its way, run by libcurl on a thread that waits for it.
final class Transfer: Sendable {
    private static let maxAnswerBytes = 1 << 20

    private let request: FetchRequest
    private let policy: AddressPolicy
    private let isCancelled = Atomic(false)
    private let isProhibited = Atomic(false)

    init(_ request: FetchRequest, own: Set<IPEndpoint>) {
        self.request = request
        policy = AddressPolicy(network: request.network, own: own)
    }

    /// Ends it within a second.
    func cancel() { isCancelled.store(true, ordering: .relaxed) }

    /// Sends the request and waits for the answer.
    func run() -> Result<FetchAnswer, FetchError> {
        var answer = postern_fetch_answer()
        defer { postern_fetch_free(&answer) }
        let code = Transfer.withCString("Authorization: ", request.authorization) { authorization in
            guard let form = request.form else { return perform(authorization, form: nil, &answer) }
            return form.withBytes { perform(authorization, form: $0, &answer) }
        }
        guard code == CURLE_OK.rawValue else { return .failure(error(code, isTooLong: answer.is_too_long)) }
        let body = UnsafeBufferPointer(start: answer.body, count: answer.body_length)
        return .success(FetchAnswer(status: Int(answer.status), body: Secret(body)))
    }

    private func perform(
        _ authorization: UnsafePointer<CChar>?,
        form: UnsafeRawBufferPointer?,
        _ answer: inout postern_fetch_answer
    ) -> UInt32 {
        let fixed = request.network.fixedAddress.map { "::\($0)" }
        return Transfer.withOptionalCString(fixed) { place in
            Transfer.withOptionalCString(request.network.certificateAuthorityFile) { authorities in
                request.url.description.withCString { url in
                    "postern/\(Version.current)".withCString { agent in
                        "Accept: application/json".withCString { accept in
                            "Content-Type: application/x-www-form-urlencoded".withCString { type in
                                var call = postern_fetch_request()
                                call.url = url
                                call.connect_to = place
                                call.ca_file = authorities
                                call.user_agent = agent
                                call.accept = accept
                                call.authorization = authorization
                                call.body_type = type
                                call.body = form?.baseAddress?.assumingMemoryBound(to: UInt8.self)
                                call.body_length = form?.count ?? 0
                                call.max_answer_length = Transfer.maxAnswerBytes
                                call.timeout_ms = Int(request.timeLimit / .milliseconds(1))
                                call.may_dial = Transfer.mayDial
                                call.is_stopped = Transfer.isStopped
                                // libcurl has done with it when this returns.
                                call.context = Unmanaged.passUnretained(self).toOpaque()
                                return UInt32(bitPattern: postern_fetch(&call, &answer))
                            }
                        }
                    }
                }
            }
        }
    }

    private static let mayDial: postern_fetch_check = { context, bytes, count, port in
        guard let context, let bytes else { return false }
        let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
        guard let address = IPAddress(bytes: Array(UnsafeBufferPointer(start: bytes, count: Int(count)))) else {
            return false
        }
        let isAllowed = transfer.policy.refusal(of: address, port: port) == nil
        if !isAllowed { transfer.isProhibited.store(true, ordering: .relaxed) }
        return isAllowed
    }

    private static let isStopped: postern_fetch_stop = { context in
        guard let context else { return true }
        return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().isCancelled.load(ordering: .relaxed)
    }

    private func error(_ code: UInt32, isTooLong: Bool) -> FetchError {
        if isTooLong { return .tooLong }
        switch CURLcode(code) {
        case CURLE_COULDNT_CONNECT where isProhibited.load(ordering: .relaxed): return .addressProhibited
        case CURLE_COULDNT_CONNECT: return .notConnected
        case CURLE_COULDNT_RESOLVE_HOST: return .nameUnknown
        case CURLE_OPERATION_TIMEDOUT: return .timedOut
        case CURLE_ABORTED_BY_CALLBACK: return .cancelled
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM:
            return .certificateInvalid
        default: return .broken
        }
    }

    /// Calls `body` with the name and the secret behind it as one text, which is wiped afterwards.
    private static func withCString<Result>(
        _ name: String,
        _ secret: Secret?,
        _ body: (UnsafePointer<CChar>?) -> Result
    ) -> Result {
        guard let secret else { return body(nil) }
        let length = name.utf8.count + secret.count + 1
        let text = UnsafeMutableRawBufferPointer.allocate(byteCount: length, alignment: 16)
        defer {
            postern_explicit_bzero(text.baseAddress, text.count)
            text.deallocate()
        }
        text.copyBytes(from: name.utf8)
        secret.withBytes { UnsafeMutableRawBufferPointer(rebasing: text[name.utf8.count...]).copyBytes(from: $0) }
        text[length - 1] = 0
        return body(text.baseAddress?.assumingMemoryBound(to: CChar.self))
    }

    private static func withOptionalCString<Result>(
        _ text: String?,
        _ body: (UnsafePointer<CChar>?) -> Result
    ) -> Result {
        if let text { text.withCString(body) } else { body(nil) }
    }
}
