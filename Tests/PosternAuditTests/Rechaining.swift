import Foundation
import PosternAudit

/// What an attacker without the key can do: compute the hashes again.
///
/// An implementation apart from the writer's.
enum Rechaining {
    static func rechain(_ lines: [String]) throws -> [String] {
        var previous = String(repeating: "0", count: 64)
        return try lines.map { line in
            let member = "\"postern.previous\":\""
            guard let start = line.range(of: member)?.upperBound else { return line }
            let chained = line[..<start] + previous + line[line.index(start, offsetBy: 64)...]
            previous = try sha256(String(chained))
            return String(chained)
        }
    }

    /// The digest as the system's `sha256sum` computes it.
    static func sha256(_ text: String) throws -> String {
        let process = Process()
        let (input, output) = (Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/usr/bin/sha256sum")
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        input.fileHandleForWriting.write(Data(text.utf8))
        try input.fileHandleForWriting.close()
        let digest = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return String(digest.prefix(64))
    }
}
