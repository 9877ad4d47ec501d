import Foundation
import PosternCore
import Testing

private let full = AuditParty(user: "u", key: "k", caller: "c", approval: "a", reason: "r")

/// A party, and what stands in a record for it between the agent and how it was proven.
private let rows: [(AuditParty, String)] = [
    (AuditParty(), ""),
    (
        full,
        #""postern.user":"u","postern.key":"k","postern.caller":"c","postern.approval":"a","postern.reason":"r","#
    ),
    (AuditParty(key: "k"), #""postern.key":"k","#),
    (AuditParty(reason: ""), #""postern.reason":"","#),
    (AuditParty(caller: "a\"b\\c\r\n\u{0}"), #""postern.caller":"a\"b\\c\u000d\u000a\u0000","#),
    (AuditParty(reason: "\u{e9}\u{202e}"), #""postern.reason":"\u00c3\u00a9\u00e2\u0080\u00ae","#),
    (AuditParty(reason: #"","postern.decision":"deny"#), #""postern.reason":"\",\"postern.decision\":\"deny","#),
]

@Suite("AuditParty")
struct PartyTests {
    private func line(_ fill: (inout AuditBatch) -> Void) throws -> String {
        var batch = AuditBatch()
        fill(&batch)
        return try #require(batch.lines.first)
    }

    @Test("who is behind a request stands beside its agent, and cannot add a member", arguments: rows)
    func members(party: AuditParty, expected: String) throws {
        var intent = IntentRecord.sample(7)
        intent.party = party
        let text = try line { $0.append(intent) }
        #expect(text.contains(#""postern.agent":"research-bot",\#(expected)"postern.identity":"socket""#), "\(text)")
        _ = try JSONSerialization.jsonObject(with: Data(text.utf8))
    }

    @Test("every kind of record of a request names it") func records() throws {
        var outcome = OutcomeRecord.sample(7)
        outcome.party = full
        let denial = DenialRecord(time: 0, requestID: "r", party: full, errorCode: "no_grant")
        for text in [try line { $0.append(outcome) }, try line { $0.append(denial) }] {
            #expect(text.contains(#""postern.user":"u","postern.key":"k","postern.caller":"c","postern.approval":"a""#))
        }
    }

    @Test("a request of a user's names no agent") func user() throws {
        var intent = IntentRecord.sample(7)
        intent.agent = nil
        intent.party.user = "u"
        let text = try line { $0.append(intent) }
        #expect(!text.contains("postern.agent") && text.contains(#""postern.user":"u""#))
    }

    @Test("words of clients are cut, ids are not") func cut() throws {
        let long = String(repeating: "x", count: 600)
        var intent = IntentRecord.sample(7)
        intent.party = AuditParty(user: long, key: long, caller: long, approval: long, reason: long)
        let text = try line { $0.append(intent) }
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        for (name, length) in [("user", 600), ("key", 600), ("approval", 600), ("caller", 512), ("reason", 512)] {
            #expect((object["postern.\(name)"] as? String)?.count == length, "\(name)")
        }
    }

    @Test("what the gate knows of a call is taken over") func attribution() {
        var attribution = CallAttribution()
        #expect(AuditParty(attribution) == AuditParty())
        attribution.user = "u"
        attribution.key = "k"
        attribution.caller = "c"
        attribution.reason = "r"
        attribution.context = "{}"
        #expect(AuditParty(attribution, approval: "a") == full)
    }
}
