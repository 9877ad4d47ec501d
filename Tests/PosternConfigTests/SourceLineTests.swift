import PosternConfig
import Testing

/// Each text has one unknown key, on the line that is given.
private let texts: [(line: Int, text: String)] = [
    (1, "proxy.zzz = 1"),
    (1, "\"proxy\".'zzz' = 1"),
    (1, "proxy = { zzz = 1 }"),
    (2, "[ proxy ]  # comment\nzzz=1"),
    (3, "\r\n[proxy]#x\r\nzzz = 1\r\n"),
    (2, "\u{feff}[proxy]\nzzz = 1"),
    (4, "[proxy]\nlisten = [\n]  # ]\nzzz = [ # [\n 1 ]"),
    (5, "[proxy]\nstate_dir = \"\"\"/a\\\nzzz = 1\n\"\"\"\nzzz = 1"),
    (4, "[proxy]\nstate_dir = '''/a\nzzz = 1''' # '''\nzzz = 1"),
    (3, "[proxy]\nstate_dir = \"/a # \\\" zzz = 1\"\nzzz = '#'"),
    (4, "[proxy]\nlisten = [\"127.0.0.1:1\", # \"]\n\"127.0.0.1:2\"]\nzzz = 1"),
    (6, "[[agent]]\nname = \"a\"\n[[agent]]\nname = \"b\"\n# zzz = 1\nzzz = 1"),
    (2, "[[agent]]\nzzz = 1\nname = \"a\"\n[[agent]]\nname = \"b\""),
    (3, "agent = [\n  { name = \"a\" },\n  { name = \"b\", zzz = 1 },\n]"),
    (
        3,
        "[[provider]]\nname = \"openai\"\naudit_header.zzz = 1\naudit_header.name = \"X-A\"\naudit_header.value = \"{agent}\""
    ),
    (4, "[[provider]]\nname = \"openai\"\n[provider.audit_header]\nzzz = 1\nname = \"X-A\"\nvalue = \"{agent}\""),
]

@Suite("Lines")
struct SourceLineTests {
    @Test("a problem names the line of its key", arguments: texts)
    func lines(row: (line: Int, text: String)) {
        let complaint = ConfigText.complaint(row.text)
        #expect(complaint.hasPrefix("proxy.conf:\(row.line): unknown key `zzz`"), "\(complaint)")
    }

    @Test("random text is read or refused, never a trap")
    func randomText() {
        var generator = SeededGenerator(state: 7)
        let pieces = [
            "[", "]", "[[", "]]", "{", "}", "=", "\"", "'", "\"\"\"", "'''", "\\", "#", ".", ",", "\n", "\r\n", " ",
            "proxy", "agent", "name", "listen", "1", "true", "2027-01-01T00:00:00Z", "é", "a", "env:SECRET",
        ]
        for _ in 0..<5000 {
            let text = (0..<Int.random(in: 1...24, using: &generator))
                .map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            _ = ConfigText.complaint(text)
        }
    }

    @Test("a damaged configuration is read or refused, never a trap")
    func damagedText() throws {
        var generator = SeededGenerator(state: 11)
        // Without helpers: a damaged command must not run.
        let whole = try ExampleTests.text(of: "proxy.conf.example").split(separator: "\n")
            .filter { !$0.contains("exec:") }
            .map { $0.hasPrefix("#") ? $0.dropFirst() : $0 }
            .joined(separator: "\n")
        let bytes = Array(whole.utf8)
        for _ in 0..<1500 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: 0..<damaged.count, using: &generator)
                switch Int.random(in: 0...3, using: &generator) {
                case 0: damaged.remove(at: place)
                case 1: damaged.insert(UInt8.random(in: 0...255, using: &generator), at: place)
                case 2: damaged[place] = Array("[]{}=\"'#.,\n\r".utf8).randomElement(using: &generator) ?? 0
                default: damaged.removeSubrange(place..<min(damaged.count, place + 200))
                }
            }
            _ = try? ConfigurationLoader(path: "p", userMode: false, environment: [:]).configuration(from: damaged)
        }
    }
}

/// SplitMix64, so that a failure repeats.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
