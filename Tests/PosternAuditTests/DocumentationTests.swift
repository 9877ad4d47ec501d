import Foundation
import PosternAudit
import Testing

@testable import PosternCore

@Suite("docs/audit-format.md")
struct DocumentationTests {
    private static let text: String = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return (try? String(contentsOf: root.appendingPathComponent("docs/audit-format.md"), encoding: .utf8)) ?? ""
    }()

    /// The contents of the first block of code in a language.
    private func block(_ language: String) throws -> String {
        let start = try #require(Self.text.range(of: "```\(language)\n")).upperBound
        let end = try #require(Self.text.range(of: "```", range: start..<Self.text.endIndex)).lowerBound
        return String(Self.text[start..<end])
    }

    @Test("the log in the example verifies with the key in the example")
    func example() throws {
        let fixture = try AuditFixture()
        try fixture.write(0)
        try fixture.replace(Array(try block("jsonl").utf8))
        try Data(try block("pem").utf8).write(to: URL(fileURLWithPath: fixture.directory.publicKeyPath))
        let report = try fixture.verify()
        #expect(report.finding == nil && report.counts.all == 7)
    }

    @Test("every way in which an agent is recognised is explained", arguments: AuditIdentity.allCases)
    func identities(identity: AuditIdentity) throws {
        let row = try #require(Self.text.split(separator: "\n").first { $0.hasPrefix("| `postern.identity` |") })
        #expect(row.contains("`\(identity.text)`"))
    }

    @Test("every member of every record is explained")
    func members() throws {
        for line in try block("jsonl").split(separator: "\n") {
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            for name in object.keys {
                let short = name.split(separator: ".").last.map { "`.\($0)`" } ?? ""
                #expect(Self.text.contains("`\(name)`") || Self.text.contains(short), "\(name)")
            }
        }
    }
}
