internal import PosternCore

/// The names by which people know what a request is about.
struct ApprovalNames: Sendable {
    /// The user who is the principal.
    var user: String?
    /// The user whose token came with the request.
    var onBehalfOf: String?
    /// The managed secret.
    var secret: String?
    /// The user's account.
    var account: String?
    var provider: String?
}

extension ApprovalText {
    /// The most of parameters, of fields and of claims that are shown.
    private static let maxMembers = 64
    /// The most characters of a value that are shown.
    private static let maxValueCount = 512

    /// Puts a request in words.
    init(_ request: FrozenRequest, names: ApprovalNames) {
        let target = ApprovalTarget(request.url)
        let principal = ApprovalText.principal(of: request, names)
        let path = ApprovalText.shown(target.path, atMost: 4 * ApprovalText.maxValueCount)
        let host = ApprovalText.shown(target.authority)
        let parameters = target.parameters
        let fields = request.fields.map { ($0.name, $0.value) }
        let claims = ApprovalText.claims(of: request.attribution)
        let body = Body(request.body)
        let shown = [parameters, fields].map { ApprovalText.members($0) }
        let isPartial =
            path.isCut || host.isCut || body?.isCut ?? false || target.isUnreadable
            || [parameters, fields].contains { $0.count > ApprovalText.maxMembers }
            || shown.joined().contains(where: \.isCut)
        self.init(
            sentence: ApprovalText.sentence(
                request,
                principal,
                host.text + (target.isEncrypted ? "" : " (not encrypted)"),
                path.text,
                body,
                names
            ),
            principal: principal,
            method: request.method.rawValue,
            host: host.text,
            path: path.text,
            parameters: shown[0],
            fields: shown[1],
            body: body,
            claims: ApprovalText.members(claims),
            isPartial: isPartial
        )
    }

    /// What is said of an approval whose request is not at hand.
    init(_ approval: StoredApproval) {
        let outline = approval.outline
        self.init(
            sentence: outline.sentence,
            principal: outline.asker,
            method: outline.method,
            host: outline.host,
            path: outline.path,
            parameters: [],
            fields: [],
            body: outline.body.map { Body($0) },
            claims: ApprovalText.members(approval.reason.map { [("reason", $0)] } ?? []),
            isPartial: outline.isPartial
        )
    }

    private static func sentence(
        _ request: FrozenRequest,
        _ principal: String,
        _ host: String,
        _ path: String,
        _ body: Body?,
        _ names: ApprovalNames
    ) -> String {
        let what = verb(request.method)
        let start = "\(principal.prefix(1).uppercased())\(principal.dropFirst()) \(what) \(path) on \(host)"
        let carried = body.map {
            ", with \($0.kind == .json ? "JSON" : $0.kind == .text ? "text" : "data") of \($0.bytes) bytes"
        }
        return start + (carried ?? "") + "." + " " + credential(request, names)
    }

    private static func verb(_ method: Method) -> String {
        switch method {
        case .get: "reads (GET)"
        case .head: "looks at (HEAD)"
        case .post: "posts to (POST)"
        case .put: "puts something in the place of (PUT)"
        case .patch: "changes (PATCH)"
        case .delete: "deletes (DELETE)"
        case .options: "asks for the options of (OPTIONS)"
        case .connect, .trace: "sends \(method.rawValue) to"
        }
    }

    private static func credential(_ request: FrozenRequest, _ names: ApprovalNames) -> String {
        let provider = names.provider.map { " for \(line($0))" } ?? ""
        if let account = names.account { return "It uses the account \(line(account))\(provider)." }
        if let secret = names.secret { return "It uses the secret \(line(secret))\(provider)." }
        return "It uses grant \(line(request.grant))."
    }

    private static func principal(of request: FrozenRequest, _ names: ApprovalNames) -> String {
        let principal =
            switch request.principal {
            case .agent(let name): "agent \(line(name))"
            case .user(let id): "the application, for user \(line(names.user ?? id)),"
            case .app: "the application"
            }
        guard case .agent = request.principal, let user = names.onBehalfOf else { return principal }
        return principal + ", for user \(line(user)),"
    }

    private static func claims(of attribution: CallAttribution) -> [(String, String)] {
        var claims: [(String, String)] = []
        if let reason = attribution.reason { claims.append(("reason", reason)) }
        if let caller = attribution.caller { claims.append(("caller", caller)) }
        if let context = attribution.context {
            claims += JSONTexts.texts(context).sorted { $0.key < $1.key }.map { ("context." + $0.key, $0.value) }
        }
        return claims
    }

    private static func members(_ members: [(String, String)]) -> [Member] {
        members.prefix(maxMembers).map { name, value in
            let name = shown(name, atMost: 128)
            let value = shown(value)
            return Member(name: name.text, value: value.text, isCut: name.isCut || value.isCut)
        }
    }

    private static func shown(_ text: String, atMost count: Int = maxValueCount) -> (text: String, isCut: Bool) {
        VisibleText.line(text, atMost: count)
    }

    private static func line(_ text: String) -> String { shown(text, atMost: 128).text }
}

/// The parts of an absolute URL, for people.
private struct ApprovalTarget {
    let authority: String
    let isEncrypted: Bool
    let path: String
    /// Decoded as a form is.
    let parameters: [(String, String)]
    /// Whether a part of the query stands for no text.
    let isUnreadable: Bool

    init(_ url: String) {
        let rest = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        let target = rest[end...].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        authority = String(rest[..<end])
        isEncrypted = !url.hasPrefix("http://")
        path = target.first.map(String.init) ?? "/"
        let pairs = (target.count == 2 ? target[1] : "").split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (Self.decoded(parts[0]), parts.count == 2 ? Self.decoded(parts[1]) : "")
        }
        parameters = pairs.map { ($0 ?? "?", $1 ?? "?") }
        isUnreadable = pairs.contains { $0 == nil || $1 == nil }
    }

    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                guard let pair = HexDigit.bytes(of: Array(rest.prefix(2))), pair.count == 1 else { return nil }
                bytes += pair
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
