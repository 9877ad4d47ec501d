internal import CLinux
internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore
internal import PosternCore

/// What holds for every request, whatever page it is for.
struct PortalGate: Sendable {
    /// The longest form; the longest field of one is a reason.
    static let maxFormBytes = 16 * 1024

    let address: PortalAddress

    /// Lets a request in that a person's browser may have sent from where it may have been sent.
    func admit(_ request: Request, peer: String) async throws -> PortalRequest {
        // A name that a hostile domain points here would make its pages ours.
        guard request.head.authority == address.authority, request.headers[values: .host].isEmpty else {
            throw GateRefusal.wrongHost
        }
        let method = try method(of: request)
        try checkOrigin(of: request, method)
        let target = request.head.path ?? ""
        let pieces = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard !target.contains("#"), let segments = FormText.segments(of: pieces.first ?? "") else {
            throw GateRefusal.noSuchPage
        }
        guard let query = FormText.parse(pieces.count > 1 ? pieces[1] : "") else { throw GateRefusal.malformed }
        let form = try await form(of: request, method)
        let cookies = request.headers[.cookie]
        let (room, rest) = Room.split(segments)
        return PortalRequest(
            method: method,
            path: String(pieces.first ?? ""),
            segments: rest,
            room: room,
            query: query,
            form: form,
            browser: PortalCookie.browser.value(in: cookies, at: address),
            sessions: PortalCookie.session.values(in: cookies, at: address),
            confirmations: PortalCookie.confirmation.values(in: cookies, at: address),
            isFromElsewhere: request.headers[.secFetchSite] == "cross-site",
            peer: peer,
            receivedAt: postern_realtime_ns()
        )
    }

    private func method(of request: Request) throws(GateRefusal) -> PortalRequest.Method {
        switch request.method {
        case .get: .get
        case .post: .post
        default: throw .wrongMethod
        }
    }

    /// A page is opened by itself, never as a part of another; a form comes from a page of ours, and says so.
    private func checkOrigin(of request: Request, _ method: PortalRequest.Method) throws(GateRefusal) {
        let destination = request.headers[.secFetchDest]
        guard destination == nil || destination == "document" else { throw .notOpenedAsPage }
        let origin = request.headers[.origin]
        switch method {
        case .get: guard origin == nil || origin == address.origin else { throw .fromAnotherSite }
        case .post:
            let site = request.headers[.secFetchSite]
            guard origin == address.origin, site == nil || site == "same-origin" else { throw .fromAnotherSite }
        }
    }

    private func form(of request: Request, _ method: PortalRequest.Method) async throws -> [String: String] {
        var bytes: [UInt8] = []
        defer { bytes.withUnsafeMutableBytes { postern_explicit_bzero($0.baseAddress, $0.count) } }
        var isTooLarge = false
        // One that is too large is read to its end as well, or its sender would not see the answer.
        for try await buffer in request.body {
            isTooLarge = isTooLarge || bytes.count + buffer.readableBytes > PortalGate.maxFormBytes
            if !isTooLarge { bytes.append(contentsOf: buffer.readableBytesView) }
        }
        guard !isTooLarge else { throw GateRefusal.tooLarge }
        guard method == .post else {
            guard bytes.isEmpty else { throw GateRefusal.malformed }
            return [:]
        }
        guard request.headers[.contentType]?.lowercased() == "application/x-www-form-urlencoded",
            let text = String(validating: bytes, as: UTF8.self), let form = FormText.parse(text)
        else { throw GateRefusal.malformed }
        return form
    }
}

/// Why a request is not looked at any further.
enum GateRefusal: Error, Hashable, Sendable, CaseIterable {
    case wrongHost, wrongMethod, noSuchPage, malformed, tooLarge, notOpenedAsPage, fromAnotherSite
}

extension HTTPField.Name {
    static let host = HTTPField.Name.known("Host")
    static let secFetchSite = HTTPField.Name.known("Sec-Fetch-Site")
    static let secFetchDest = HTTPField.Name.known("Sec-Fetch-Dest")

    /// A name of ours, which is well formed.
    static func known(_ name: StaticString) -> HTTPField.Name {
        guard let name = HTTPField.Name("\(name)") else { preconditionFailure("\(name) names no field") }
        return name
    }
}
