internal import Dispatch
package import PosternCore
internal import Synchronization

/// Makes the daemon's own calls, on one event loop after another.
package final class ProxyCalls: CallCarrier {
    private let loops: [LoopThread]
    private let next = Atomic<Int>(0)
    /// Where callers' own rules are judged: what takes long there keeps nobody waiting who attached none.
    private let rules = DispatchQueue(label: "postern.request-rules")

    init(_ loops: [LoopThread]) { self.loops = loops }

    package func carry(_ asked: ProxiedCall) async -> CallResult {
        let call: ProxiedCall
        let head: [UInt8]
        do throws(ProxyError) {
            call = try await ruled(asked)
            head = try CallHead.bytes(of: call)
        } catch { return .refused(error) }
        guard !loops.isEmpty else { return .refused(.shuttingDown) }
        let loop = loops[next.add(1, ordering: .relaxed).oldValue % loops.count]
        return await withCheckedContinuation { continuation in
            loop.run { worker in
                worker.carry(call, head: head) { continuation.resume(returning: $0) }
            }
        }
    }
}

extension ProxyCalls {
    /// The call as its rule lets it be made.
    private func ruled(_ asked: ProxiedCall) async throws(ProxyError) -> ProxiedCall {
        guard asked.rule != nil else { return asked }
        let result: Result<ProxiedCall, ProxyError> = await withCheckedContinuation { continuation in
            rules.async {
                do throws(ProxyError) { continuation.resume(returning: .success(try asked.ruled())) } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }
}

/// Writes a call as the head of a request to a proxy, which is then read as strictly as any other.
enum CallHead {
    static func bytes(of call: ProxiedCall) throws(ProxyError) -> [UInt8] {
        guard let authority = authority(of: call.url) else {
            throw .malformedRequest("the URL names no host")
        }
        var text = "\(call.method.rawValue) \(call.url) HTTP/1.1\r\nHost: \(authority)\r\n"
        for field in call.fields {
            // A line end would be the beginning of another field.
            guard !field.name.isEmpty, field.name.utf8.allSatisfy(ByteClass.isToken),
                field.value.utf8.allSatisfy(ByteClass.isFieldValue)
            else { throw .malformedRequest("a header field cannot be sent as it is") }
            text += "\(field.name): \(field.value)\r\n"
        }
        if let body = call.body { text += "Content-Length: \(body.count)\r\n" }
        guard call.url.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw .malformedRequest("the URL has characters that are not percent-encoded")
        }
        return Array((text + "\r\n").utf8)
    }

    private static func authority(of url: String) -> Substring? {
        guard let start = url.firstRange(of: "://") else { return nil }
        let authority = url[start.upperBound...].prefix { !"/?#\\".contains($0) }
        return authority.isEmpty ? nil : authority
    }
}

extension ProxyWorker {
    /// Decides about a call and begins it.
    fileprivate func carry(_ call: ProxiedCall, head: [UInt8], settle: @escaping @Sendable (CallResult) -> Void) {
        let client = CallClient(call, on: self, settle: settle)
        let parser = parser
        let parsed: Result<RequestHead, ProxyError> = head.withUnsafeBytes { bytes in
            do throws(ProxyError) { return .success(try parser.parse(bytes)) } catch { return .failure(error) }
        }
        switch parsed {
        case .failure(let error):
            _ = refusal(error, from: client.source, party: AuditParty(call))
            settle(.refused(error))
        case .success(let head):
            switch admit(head, from: client.source, inside: nil, client: client) {
            case .task(let task):
                guard let exchange = task as? Exchange else {
                    return settle(.refused(.noGrant(destination: "Postern itself")))
                }
                client.begin(exchange)
            case .intercept: settle(.refused(.methodNotSupported))
            case .refused(let refused): settle(.refused(refused.error))
            }
        }
    }
}

extension AuditParty {
    /// Who is behind a call.
    init(_ call: ProxiedCall) {
        self.init(call.attribution, approval: call.approval)
    }
}
