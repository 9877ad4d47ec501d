internal import PosternCore
internal import PosternFetch

/// Reads what an account endpoint answers.
enum AccountReply {
    private static let maxBytes = 320
    private static let nameMembers = ["name", "display_name", "displayName", "real_name"]

    /// The account in an answer, where `member` names it: `email`, or `data.email`.
    static func account(_ answer: FetchAnswer, member: String) throws(OAuthError) -> OAuthAccount {
        if answer.status == 401 || answer.status == 403 {
            throw .misconfigured(reason: "its account endpoint does not take the token; it may want another scope")
        }
        try TokenReply.check(answer)
        guard let account = answer.body.withJSON({ find(member, in: $0) }) else {
            throw .misconfigured(reason: "its account endpoint does not say `\(member)`")
        }
        return account
    }

    private static func find(_ member: String, in reply: JSONValue) -> OAuthAccount? {
        var owner = reply
        var names = member.split(separator: ".").map(String.init)
        let last = names.popLast()
        for name in names {
            guard let inner = owner[name] else { return nil }
            owner = inner
        }
        guard let last, let value = owner[last] else { return nil }
        let number = value.kind == .number ? String(decoding: value.source, as: UTF8.self) : nil
        guard let identifier = number ?? plain(value) else { return nil }
        return OAuthAccount(
            identifier: identifier,
            displayName: nameMembers.lazy.compactMap { owner[$0].flatMap(plain) }.first
        )
    }

    /// A short text of one line.
    private static func plain(_ value: JSONValue) -> String? {
        guard let text = value.text(atMost: maxBytes), !text.isEmpty,
            text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) })
        else { return nil }
        return text
    }
}
