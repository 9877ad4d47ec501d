import PosternCLI
import Testing

@Suite("An operator's act in the audit table")
struct AuditActTests {
    private static func about(_ members: String) -> [String] {
        let line = Array("{\"@timestamp\":\"2026-07-12T09:41:07Z\",\(members),\"event.sequence\":7}".utf8)
        var table = AuditTable()
        let row = table.row(line.withUnsafeBytes { AuditEntry($0) })
        return row.split(separator: "  ").map { String($0).trimmingSpaces }.filter { !$0.isEmpty }
    }

    @Test("says what was done to what, and by whom")
    func done() {
        let members = #""event.action":"secret_rotate","user.id":0,"user.name":"root","postern.secret":"prod""#
        let expected = ["2026-07-12T09:41:07Z", "secret_rotate", "-", "-", "-", "secret prod", "by root", "#7"]
        #expect(AuditActTests.about(members) == expected)
    }

    @Test("says why it was refused, and names a user without a name by its number")
    func refused() {
        let members = #""event.action":"grant_create","error.code":"not_narrower","user.id":1000,"postern.agent":"bot""#
        let expected = [
            "2026-07-12T09:41:07Z", "grant_create", "bot", "-", "-", "-", "by user 1000: not_narrower", "#7",
        ]
        #expect(AuditActTests.about(members) == expected)
    }
}

extension String {
    fileprivate var trimmingSpaces: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}
