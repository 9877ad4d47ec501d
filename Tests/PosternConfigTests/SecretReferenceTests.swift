import Foundation
import PosternConfig
import PosternCore
import Testing

/// Loads one secret by a reference and answers its text, or the complaint.
private func fetch(_ reference: String, environment: [String: String] = [:]) -> String {
    let quoted = reference.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    let text = "[[secret]]\nname = \"a\"\nprovider = \"openai\"\nvalue = \"\(quoted)\""
    do {
        let credential = try ConfigText.load(text, environment: environment).contents.credentials.first
        return credential?.secrets["secret"]?.withBytes { String(decoding: $0, as: UTF8.self) } ?? "nothing"
    } catch {
        return error.description.replacing("proxy.conf:4: `value` in [[secret]]: ", with: "refused: ")
    }
}

/// What a secret's bytes must be, whichever reference brings them.
private let contents: [(bytes: [UInt8], result: String)] = [
    (Array("s3cr3t-0123".utf8), "s3cr3t-0123"),
    (Array("s3cr3t-0123\n".utf8), "s3cr3t-0123"),
    (Array("s3cr3t-0123\r\n".utf8), "s3cr3t-0123"),
    (Array("two words 0123\n".utf8), "two words 0123"),
    (Array("s3cr3t-0123\n\n".utf8), "refused: the secret has more than one line"),
    (Array("s3cr3t-0123\r".utf8), "refused: the secret has more than one line"),
    (Array("abc45678\r\nX: y".utf8), "refused: the secret has more than one line"),
    (Array("abc45678\nX: y\n".utf8), "refused: the secret has more than one line"),
    (Array("abc45678\0".utf8), "refused: the secret holds a control character"),
    (Array("abc4\t5678".utf8), "refused: the secret holds a control character"),
    (Array("abc45678\u{7f}".utf8), "refused: the secret holds a control character"),
    (Array("abc45678é".utf8), "refused: the secret holds bytes that are not ASCII"),
    ([0xef, 0xbb, 0xbf] + Array("abc45678".utf8), "refused: the secret holds bytes that are not ASCII"),
    (Array(" abc45678".utf8), "refused: the secret begins or ends with a space"),
    (Array("abc45678 \n".utf8), "refused: the secret begins or ends with a space"),
    (
        Array("seven77\n".utf8),
        "refused: the secret is shorter than 8 bytes: a shorter one could not be masked in answers"
    ),
    ([], "refused: the secret is empty"),
    ([0x0a], "refused: the secret is empty"),
]

@Suite("Secret references")
struct SecretReferenceTests {
    @Test("the bytes are checked whatever brings them", arguments: contents)
    func bytes(row: (bytes: [UInt8], result: String)) throws {
        let scratch = try ScratchDirectory()
        let file = try scratch.write("key", row.bytes)
        #expect(fetch("file:\(file)") == row.result)
        #expect(fetch("credential:key", environment: ["CREDENTIALS_DIRECTORY": scratch.path]) == row.result)
        #expect(fetch("exec:/bin/cat \(file)") == row.result)
    }

    @Test(
        "a secret file that others could read or write is refused",
        arguments: [
            (0o644, "0600"), (0o640, "0600"), (0o604, "0600"), (0o620, "0600"), (0o602, "0600"), (0o777, "0700"),
        ] as [(mode_t, String)]
    )
    func openFile(mode: mode_t, wanted: String) throws {
        let scratch = try ScratchDirectory()
        let file = try scratch.write("key", "s3cr3t-0123", mode: mode)
        let octal = "0" + String(mode, radix: 8)
        #expect(
            fetch("file:\(file)")
                == "refused: \(file) is open to others (mode \(octal))\n  hint: chmod \(wanted) \(file)"
        )
    }

    @Test("modes 0400 and 0600 are the private ones", arguments: [0o400, 0o600] as [mode_t])
    func privateFile(mode: mode_t) throws {
        let scratch = try ScratchDirectory()
        #expect(fetch("file:\(try scratch.write("key", "s3cr3t-0123", mode: mode))") == "s3cr3t-0123")
    }

    @Test("links, directories, pipes and endless files are no secret files")
    func notRegular() throws {
        let scratch = try ScratchDirectory()
        let file = try scratch.write("key", "s3cr3t-0123")
        try #require(symlink(file, "\(scratch.path)/link") == 0)
        try #require(mkfifo("\(scratch.path)/pipe", 0o600) == 0)
        try scratch.write("large", [UInt8](repeating: 0x61, count: 65_537))
        try scratch.write("full", [UInt8](repeating: 0x61, count: 65_536))
        func refusal(_ name: String) -> String {
            fetch("file:\(scratch.path)/\(name)").replacing(scratch.path, with: "D")
        }
        #expect(refusal("link") == "refused: D/link is a symbolic link\n  hint: name the file itself")
        #expect(refusal("pipe") == "refused: D/pipe is not a regular file")
        #expect(refusal(".") == "refused: D/. is not a regular file")
        #expect(refusal("large") == "refused: D/large is larger than 65536 bytes")
        #expect(refusal("none") == "refused: D/none does not exist")
        #expect(refusal("full").count == 65_536)
        #expect(fetch("file:/proc/self/environ").hasPrefix("refused: "))
    }

    @Test("a foreign owner is refused", .enabled(if: geteuid() == 0, "only root can give files away"))
    func foreignOwner() throws {
        let scratch = try ScratchDirectory()
        let file = try scratch.write("key", "s3cr3t-0123")
        try #require(chown(file, 4242, 4242) == 0)
        #expect(
            fetch("file:\(file)")
                == "refused: \(file) belongs to uid 4242, which is neither root nor the user that runs Postern\n  hint: chown root \(file)"
        )
        // The service manager owns credentials.
        #expect(fetch("credential:key", environment: ["CREDENTIALS_DIRECTORY": scratch.path]) == "s3cr3t-0123")
    }

    @Test(
        "a credential may be readable by its group and nobody else",
        arguments: [
            (0o400, true), (0o440, true), (0o600, true), (0o444, false), (0o460, false), (0o604, false),
        ] as [(mode_t, Bool)]
    )
    func credentialMode(mode: mode_t, isTaken: Bool) throws {
        let scratch = try ScratchDirectory()
        try scratch.write("key", "s3cr3t-0123", mode: mode)
        #expect(
            (fetch("credential:key", environment: ["CREDENTIALS_DIRECTORY": scratch.path]) == "s3cr3t-0123") == isTaken
        )
    }
}

@Suite("Helper programs", .serialized)
struct HelperTests {
    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    private func script(_ body: String, mode: mode_t = 0o700) throws -> String {
        try scratch.write("helper", "#!/bin/sh\n\(body)\n", mode: mode)
    }

    @Test("arguments are split at spaces, quotes hold them together, and no shell reads them")
    func arguments() throws {
        let helper = try script(#"printf '%s,' "$#" "$@""#)
        #expect(
            fetch("exec:\(helper) one  \"two words\" $(id) ;ls \"\" a\"b c\"d *")
                == "7,one,two words,$(id),;ls,,ab cd,*,"
        )
    }

    @Test("a helper has nothing of ours: no environment, no input, no descriptors")
    func isolation() throws {
        setenv("POSTERN_PLANTED", "planted", 1)
        #expect(fetch("exec:/usr/bin/env") == "PATH=/usr/bin:/bin")
        #expect(fetch("exec:/usr/bin/readlink /proc/self/fd/0") == "/dev/null")
        #expect(fetch("exec:/usr/bin/readlink /proc/self/fd/2") == "/dev/null")
        // A descriptor without close-on-exec, as a careless library would open it, far from those of `find` itself.
        let leak = fcntl(STDIN_FILENO, F_DUPFD, 700)
        defer { close(leak) }
        let descriptors = fetch("exec:/usr/bin/find /proc/self/fd -mindepth 1 -printf %f,")
        #expect(leak >= 700 && descriptors.hasPrefix("0,1,2,") && !descriptors.contains("\(leak)"), "\(descriptors)")
    }

    @Test("a helper that fails gives no secret, and what it printed is not repeated")
    func failure() throws {
        let hint = "\n  hint: its standard error is discarded; run it by hand to see why"
        let helper = try script("echo s3cr3t-0123; exit 3")
        #expect(fetch("exec:\(helper)") == "refused: \(helper) failed with exit status 3" + hint)
        let killed = try script("echo s3cr3t-0123; kill -9 $$")
        #expect(fetch("exec:\(killed)") == "refused: \(killed) was ended by signal 9" + hint)
    }

    @Test("output is bounded")
    func flood() throws {
        let helper = try script("exec /usr/bin/yes s3cr3t-0123")
        let start = ContinuousClock.now
        #expect(fetch("exec:\(helper)") == "refused: \(helper) printed more than 65536 bytes")
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test("time is bounded, also for a child that outlives the helper, and nothing is left running")
    func hang() throws {
        let marker = "\(scratch.path)/child"
        let helper = try script("sleep 60 & echo $! > \(marker); wait")
        let start = ContinuousClock.now
        #expect(fetch("exec:\(helper)") == "refused: \(helper) did not finish within 10 s")
        #expect(ContinuousClock.now - start < .seconds(15))
        let child = try #require(
            pid_t(String(contentsOfFile: marker, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines))
        )
        // Killed: gone, or waiting for its new parent to take note. On a busy machine dying takes its time.
        func isDead() -> Bool {
            let stat = try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8)
            return stat?.contains(") Z ") ?? true
        }
        for _ in 0..<500 where !isDead() { usleep(10_000) }
        #expect(isDead())
    }

    @Test("a program that others can write is not run", arguments: [0o720, 0o702] as [mode_t])
    func writable(mode: mode_t) throws {
        let helper = try script("echo s3cr3t-0123", mode: mode)
        #expect(
            fetch("exec:\(helper)")
                == "refused: \(helper) is writable by others (mode 0\(String(mode, radix: 8)))\n  hint: chmod go-w \(helper)"
        )
    }

    @Test("what is not a program is not run")
    func notExecutable() throws {
        let file = try scratch.write("plain", "echo s3cr3t-0123")
        #expect(fetch("exec:\(file)") == "refused: \(file) is not an executable file")
        #expect(fetch("exec:\(scratch.path)") == "refused: \(scratch.path) is not an executable file")
        #expect(
            fetch("exec:/nonexistent/helper") == "refused: /nonexistent/helper cannot be run: no such file or directory"
        )
        let broken = try scratch.write("broken", "#!/nonexistent/interpreter\n", mode: 0o700)
        #expect(fetch("exec:\(broken)") == "refused: \(broken) cannot be run: no such file or directory")
    }
}
