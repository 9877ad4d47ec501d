import PosternCLI
import PosternCommand
import PosternControl
import Testing

@Suite("Approvals on a terminal")
struct ApprovalTextTests {
    private static func entry(reason: String, body: String, partial: Bool = false) -> ApprovalEntry {
        ApprovalEntry(
            id: "1",
            principal: "agent bot",
            grant: "2",
            sender: "daemon",
            status: "pending",
            gates: [
                ApprovalEntry.Gate(id: "3", approver: nil, status: "pending", decidedAt: nil, decidedBy: nil),
                ApprovalEntry.Gate(id: "4", approver: "ada", status: "approved", decidedAt: nil, decidedBy: "ada"),
            ],
            gate: "3",
            createdAt: "2027-01-01T00:00:00Z",
            expiresAt: "2027-01-01T01:00:00Z",
            decidedAt: nil,
            decisionReason: nil,
            executedAt: nil,
            failure: nil,
            request: ApprovalRequestWords(
                sentence: "Agent bot posts to (POST) /x on h.",
                method: "POST",
                host: "h",
                path: "/x",
                parameters: [],
                fields: [ApprovalRequestWords.Member(name: "accept", value: "*/*", cut: false)],
                body: ApprovalRequestWords.Body(text: body, kind: "text", cut: false, bytes: 1, sha256: "00"),
                claims: [ApprovalRequestWords.Member(name: "reason", value: reason, cut: true)],
                partial: partial
            )
        )
    }

    @Test("They say what will happen, and apart from that what the client says")
    func words() {
        let text = ApprovalText.text(
            ApprovalTextTests.entry(reason: "due", body: "a\nb"),
            Palette(isColoured: false)
        )
        #expect(text.contains("asks    any operator, ada (approved by ada)\n"))
        #expect(
            text.hasSuffix(
                """
                what
                  | Agent bot posts to (POST) /x on h.
                header fields
                  | accept: */*
                body (text, 1 bytes, sha256 00)
                  | a
                  | b
                the client says (none of it is proven)
                  | reason: due [cut]

                """
            )
        )
    }

    @Test(
        "No line of a client's passes for one of ours",
        arguments: ["status  approved", "\u{1b}[2J", "\u{202e}x", "a\rb", "日本"]
    )
    func hostile(_ words: String) {
        let text = ApprovalText.text(
            ApprovalTextTests.entry(reason: words, body: words),
            Palette(isColoured: false)
        )
        #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || (0x20..<0x7f).contains($0.value) })
        let shown = Printable.text(words)
        for line in text.split(separator: "\n") where line.contains(shown) { #expect(line.hasPrefix("  | ")) }
    }

    @Test("That a part is missing is said last")
    func partial() {
        let entry = ApprovalTextTests.entry(reason: "", body: "", partial: true)
        #expect(ApprovalText.text(entry, Palette(isColoured: false)).hasSuffix("deny it if in doubt\n"))
    }
}
