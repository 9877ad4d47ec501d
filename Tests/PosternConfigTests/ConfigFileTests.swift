import Foundation
import PosternConfig
import PosternCore
import Testing

@Suite("The configuration file and its directory")
struct ConfigFileTests {
    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    private func load(_ path: String) -> String {
        do {
            _ = try ConfigurationLoader(path: path, userMode: false, environment: [:]).load()
            return "loaded"
        } catch {
            return error.description.replacing(scratch.path, with: "D")
        }
    }

    @Test("a file that only its owner can write is read", arguments: [0o400, 0o600, 0o640, 0o644] as [mode_t])
    func goodModes(mode: mode_t) throws {
        #expect(load(try scratch.write("proxy.conf", "", mode: mode)) == "loaded")
    }

    @Test(
        "a file that others can write is refused",
        arguments: [
            (0o620, "0600"), (0o602, "0600"), (0o666, "0644"), (0o664, "0644"),
        ] as [(mode_t, String)]
    )
    func badModes(mode: mode_t, wanted: String) throws {
        let file = try scratch.write("proxy.conf", "", mode: mode)
        #expect(
            load(file)
                == "D/proxy.conf: D/proxy.conf is writable by others (mode 0\(String(mode, radix: 8)))\n  hint: chmod \(wanted) D/proxy.conf"
        )
    }

    @Test(
        "a directory that others can write is refused, sticky or not",
        arguments: [0o770, 0o777, 0o1777, 0o702] as [mode_t]
    )
    func badDirectory(mode: mode_t) throws {
        let file = try scratch.write("proxy.conf", "")
        try #require(chmod(scratch.path, mode) == 0)
        #expect(
            load(file)
                == "D/proxy.conf: the directory D is writable by others (mode 0\(String(mode, radix: 8)))\n  hint: chmod go-w D, or keep the file in a directory of its own"
        )
    }

    @Test("what is no regular file is refused")
    func notRegular() throws {
        try scratch.write("real.conf", "")
        try #require(symlink("real.conf", "\(scratch.path)/link.conf") == 0)
        try #require(mkfifo("\(scratch.path)/pipe.conf", 0o600) == 0)
        #expect(
            load("\(scratch.path)/link.conf")
                == "D/link.conf: D/link.conf is a symbolic link\n  hint: name the file itself"
        )
        #expect(load("\(scratch.path)/pipe.conf") == "D/pipe.conf: D/pipe.conf is not a regular file")
        #expect(load("\(scratch.path)/none.conf") == "D/none.conf: D/none.conf does not exist")
        #expect(
            load("\(scratch.path)/none/a.conf")
                == "D/none/a.conf: the directory D/none cannot be examined: no such file or directory"
        )
    }

    @Test(
        "a foreign owner is refused, of the file and of its directory",
        .enabled(if: geteuid() == 0, "only root can give files away")
    )
    func foreignOwner() throws {
        let file = try scratch.write("proxy.conf", "")
        try #require(chown(file, 4242, 4242) == 0)
        #expect(load(file).hasPrefix("D/proxy.conf: D/proxy.conf belongs to uid 4242"))
        try #require(chown(file, 0, 0) == 0)
        try #require(chown(scratch.path, 4242, 4242) == 0)
        #expect(load(file).hasPrefix("D/proxy.conf: the directory D belongs to uid 4242"))
    }

    @Test(
        "certificate files are checked",
        arguments: [
            ("", 0o644, "holds no PEM certificate"),
            (
                "-----BEGIN CERTIFICATE-----\nnot base64!\n-----END CERTIFICATE-----\n", 0o644,
                "holds no PEM certificate"
            ),
            ("-----BEGIN CERTIFICATE-----\nMIIB\n", 0o644, "holds no PEM certificate"),
            ("-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n", 0o600, "holds no PEM certificate"),
            (TestCertificate.pem, 0o666, "is writable by others"),
            (TestCertificate.pem, 0o644, ""),
        ] as [(String, mode_t, String)]
    )
    func certificates(text: String, mode: mode_t, complaint: String) throws {
        let file = try scratch.write("ca.pem", text, mode: mode)
        // Through a link, as the system's bundles are.
        try #require(symlink(file, "\(scratch.path)/link.pem") == 0)
        for path in [file, "\(scratch.path)/link.pem"] {
            let found = ConfigText.complaint("[[provider]]\nname = \"openai\"\nca_file = \"\(path)\"")
            #expect(complaint.isEmpty ? found.isEmpty : found.contains(complaint), "\(found)")
        }
    }
}
