import PosternCLI
import PosternCommand
import PosternCore
import Testing

@Suite("A file of variables")
struct DotEnvTests {
    private static func read(_ text: String) throws -> [[String]] {
        var text = text
        return try text.withUTF8 { bytes in
            try DotEnvFile(UnsafeRawBufferPointer(bytes), path: ".env").variables.map {
                [$0.name, String(decoding: $0.value.withBytes { Array($0) }, as: UTF8.self)]
            }
        }
    }

    @Test(
        "is read as shells and libraries do",
        arguments: [
            ("A=b", [["A", "b"]]),
            ("A=b\r\nC=d\r\n", [["A", "b"], ["C", "d"]]),
            ("export A=b", [["A", "b"]]),
            ("export\tA=b", [["A", "b"]]),
            ("export=b", [["export", "b"]]),
            ("  A = b  ", [["A", "b"]]),
            ("# A=b\n\n   # c\nD=e", [["D", "e"]]),
            ("A=b # not this", [["A", "b"]]),
            ("A=b#this", [["A", "b#this"]]),
            ("A=", [["A", ""]]),
            ("A= # empty", [["A", ""]]),
            ("A='b # $c \\n'", [["A", "b # $c \\n"]]),
            ("A=\"b\\n\\\"c\\\" \\$d \\x\" # e", [["A", "b\n\"c\" $d \\x"]]),
            ("A=\"b\nc\"\nD=e", [["A", "b\nc"], ["D", "e"]]),
            ("A='b\nc'", [["A", "b\nc"]]),
            ("A=$(rm -rf /)", [["A", "$(rm -rf /)"]]),
            ("A=b=c", [["A", "b=c"]]),
            ("A=1\nB=2\nA=3", [["B", "2"], ["A", "3"]]),
            ("\u{feff}A=b", [["A", "b"]]),
            ("A=é\u{1f600}", [["A", "é\u{1f600}"]]),
            ("", []),
            ("\n\n", []),
        ]
    )
    func isRead(text: String, variables: [[String]]) throws {
        #expect(try DotEnvTests.read(text) == variables)
    }

    @Test(
        "is refused by its line, without its values",
        arguments: [
            ("A=b\nsk-secret", 2), ("=sk-secret", 1), ("A='sk-secret", 1), ("A=\"sk-secret\\\"", 1),
            ("A=\"b\nc\"\nA=\"x\" sk-secret", 3), ("1A=sk-secret", 1), ("A B=sk-secret", 1), ("export A", 1),
            ("A: sk-secret", 1), ("\0A=sk-secret", 1),
        ]
    )
    func isRefused(text: String, line: Int) {
        let failure = #expect(throws: CommandFailure.self) { try DotEnvTests.read(text) }
        #expect(failure?.message.hasPrefix(".env:\(line): ") == true)
        #expect(failure?.text.contains("sk-secret") == false)
    }

    @Test("never traps, whatever it holds")
    func neverTraps() {
        var random = SystemRandomNumberGenerator()
        let alphabet = Array("A=\"'\\ \n\r\t#export$x".utf8) + [0, 0xff]
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0..<24)).compactMap { _ in alphabet.randomElement(using: &random) }
            bytes.withUnsafeBytes { _ = try? DotEnvFile($0, path: ".env") }
        }
    }
}
