internal import Crypto
internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore
internal import PosternCore

extension Response {
    /// Every answer says that nothing on it runs, is framed, is kept or is told to others.
    init(_ answer: PortalAnswer, at address: PortalAddress) {
        var headers: HTTPFields = [
            .contentSecurityPolicy: Stylesheet.policy,
            .cacheControl: "no-store",
            .xContentTypeOptions: "nosniff",
            .xFrameOptions: "DENY",
            // Not `no-referrer`: with that, browsers hide even from ourselves that a form is one of ours.
            .referrerPolicy: "same-origin",
            .openerPolicy: "same-origin",
            .resourcePolicy: "same-origin",
        ]
        for cookie in answer.cookies { headers.append(HTTPField(name: .setCookie, value: cookie)) }
        var body = ""
        switch answer.content {
        case .redirect(let path): headers[.location] = path
        case .page(let page):
            headers[.contentType] = "text/html; charset=utf-8"
            body = page.document(at: address).source
        }
        if answer.status == 405 { headers[.allow] = "GET, POST" }
        headers[.contentLength] = "\(body.utf8.count)"
        self.init(
            status: HTTPResponse.Status(code: answer.status),
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(string: body))
        )
    }
}

/// What all pages look like.
enum Stylesheet {
    static let text = HTML(resource: PackageResources.portal_css)

    /// Allows a page this stylesheet and forms to ourselves, and nothing else.
    static let policy: String = {
        let digest = Base64.encode(Array(SHA256.hash(data: PackageResources.portal_css)))
        return
            "default-src 'none'; style-src 'sha256-\(String(decoding: digest, as: UTF8.self))'; form-action 'self'; base-uri 'none'; "
            + "frame-ancestors 'none'"
    }()
}

extension HTTPField.Name {
    static let xFrameOptions = HTTPField.Name.known("X-Frame-Options")
    static let referrerPolicy = HTTPField.Name.known("Referrer-Policy")
    static let openerPolicy = HTTPField.Name.known("Cross-Origin-Opener-Policy")
    static let resourcePolicy = HTTPField.Name.known("Cross-Origin-Resource-Policy")
}
