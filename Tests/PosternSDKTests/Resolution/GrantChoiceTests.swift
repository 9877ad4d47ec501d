import Testing

@testable import PosternSDK

/// Which of somebody's grants a request means.
@Suite struct GrantChoiceTests {
    private static func candidate(
        _ id: String,
        provider: String = "mail",
        secret: String = "mail-key",
        label: String? = nil,
        account: String? = nil,
        user: String? = nil,
        until: Int64? = nil
    ) -> GrantCandidate {
        GrantCandidate(
            id: id,
            provider: provider,
            secretName: secret,
            isConnection: account != nil,
            label: label,
            account: account,
            accountDisplayName: nil,
            userID: user,
            isDelegation: user != nil,
            expiresAt: until
        )
    }

    private static let candidates = [
        candidate("a", account: "ana@x", user: "ana"),
        candidate("b", account: "bob@x", user: "bob"),
        candidate("b2", label: "work", account: "bob@work", user: "bob"),
        candidate("c", provider: "chat", secret: "chat-prod"),
        candidate("c2", provider: "chat", secret: "chat-test", label: "test"),
        candidate("d", provider: "docs", secret: "mail-archive", until: 50),
        candidate("e", provider: "pay", secret: "old", until: 50),
        candidate("e2", provider: "pay", secret: "new"),
        candidate("f", provider: "chat-prod", secret: "bots"),
    ]

    @Test(
        "a request chooses by id, by provider or secret, and by what narrows",
        arguments: [
            (GrantAddress(.grant(id: "a")), ["a"]),
            (GrantAddress(.grant(id: "z")), []),
            (GrantAddress(.provider("mail")), ["a", "b", "b2"]),
            (GrantAddress(.provider("mail"), account: "ana@x"), ["a"]),
            (GrantAddress(.provider("mail"), account: "ANA@x"), []),
            (GrantAddress(.provider("mail"), userID: "ana"), ["a"]),
            (GrantAddress(.provider("mail"), userID: "bob"), ["b", "b2"]),
            (GrantAddress(.provider("mail"), label: "work", userID: "bob"), ["b2"]),
            (GrantAddress(.provider("mail"), label: "work", userID: "ana"), []),
            // The name of a managed secret goes before that of a provider.
            (GrantAddress(.provider("chat-prod")), ["c"]),
            (GrantAddress(.provider("chat")), ["c", "c2"]),
            (GrantAddress(.provider("chat"), label: "test"), ["c2"]),
            (GrantAddress(.provider("pay")), ["e2"]),
            (GrantAddress(.provider("")), []),
            (GrantAddress(.provider("mail-key")), []),
        ]
    )
    func chooses(address: GrantAddress, ids: [String]) {
        let chosen: [String]
        switch GrantChoice(address, among: Self.candidates, now: 100) {
        case .one(let candidate): chosen = [candidate.id]
        case .several(let candidates): chosen = candidates.map(\.id)
        case .none: chosen = []
        case .expired(let candidate): chosen = ["expired \(candidate.id)"]
        }
        #expect(chosen == ids)
    }

    @Test("what has expired is said to have, where nothing else is meant", arguments: [49, 50, 51] as [Int64])
    func expired(now: Int64) {
        let expected: GrantChoice = now < 50 ? .one(Self.candidates[5]) : .expired(Self.candidates[5])
        #expect(GrantChoice(GrantAddress(.grant(id: "d")), among: Self.candidates, now: now) == expected)
        #expect(GrantChoice(GrantAddress(.provider("mail-archive")), among: Self.candidates, now: now) == expected)
    }
}
