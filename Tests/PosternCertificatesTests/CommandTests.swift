import Foundation
import PosternCLI
import PosternCertificates
import PosternCommand
import Testing

@Suite("postern ca")
struct CommandTests {
    private let state: ScratchState
    private let authority: AuthorityCertificate
    private let other: AuthorityCertificate

    init() throws {
        state = try ScratchState()
        authority = try state.authority().certificate
        other = try ScratchState().authority().certificate
    }

    @Test("the report has what a person compares and what a program reads")
    func report() throws {
        let report = AuthorityReport(authority, now: Moment.start)
        let lines = report.text.split(separator: "\n")
        #expect(lines[0] == "subject  \(authority.subject)")
        #expect(lines[1].wholeMatch(of: /sha256   ([0-9A-F]{2}:){31}[0-9A-F]{2}/) != nil)
        #expect(lines[2] == "valid    2026-11-21T04:30:00Z to 2036-11-18T05:30:00Z")
        #expect(lines[3] == "file     \(state.directory.certificatePath)")
        let json = try #require(try JSONSerialization.jsonObject(with: Data(report.json().utf8)) as? [String: Any])
        #expect(Set(json.keys) == ["subject", "sha256", "not_before", "not_after", "expired", "path"])
        #expect(json["expired"] as? Bool == false)
        #expect(AuthorityReport(authority, now: authority.notAfter).text.contains("(expired)"))
    }

    @Test("a bundle has each certificate once and ours last")
    func bundle() throws {
        let bundle = TrustBundle(roots: [other.der, authority.der, other.der], authority: authority.der)
        #expect(bundle.count == 2)
        let pem = try bundle.bytes(.pem, password: "", now: 0)
        #expect(PEM.blocks(label: "CERTIFICATE", in: pem) == [other.der, authority.der])
        let jks = try bundle.bytes(.jks, password: TrustBundle.defaultPassword, now: 0)
        #expect(jks.firstRange(of: Array("postern-local-ca".utf8)) != nil)
        #expect(jks.prefix(4) == [0xfe, 0xed, 0xfe, 0xed])
        #expect(try bundle.bytes(.p12, password: TrustBundle.defaultPassword, now: 0).first == 0x30)
    }

    @Test("the system's certificates come from the first file that is there")
    func system() throws {
        let file = state.path + "/roots.pem"
        try state.write(Array("# roots\n\(other.pem)".utf8), to: file, mode: 0o644)
        #expect(try RootCertificates.system([state.path + "/missing", file, "/dev/null"]) == [other.der])
        #expect(throws: CommandFailure.self) { try RootCertificates.system([state.path + "/missing"]) }
    }

    @Test(
        "a file that holds no certificates is refused by name",
        arguments: ["", "nonsense", PEM.text(label: "CERTIFICATE", [0x30, 0x00]), PEM.text(label: "X", [1])]
    )
    func malformedRoots(text: String) throws {
        let file = state.path + "/roots.pem"
        try state.write(Array(text.utf8), to: file, mode: 0o644)
        let failure = try #require(throws: CommandFailure.self) { try RootCertificates.read(file) }
        #expect(failure.message.contains(file))
        #expect(throws: CommandFailure.self) { try RootCertificates.read(state.path) }
        #expect(throws: CommandFailure.self) { try RootCertificates.read("/dev/zero") }
    }

    @Test("a file is replaced whole, with a mode that lets everybody read it")
    func output() throws {
        let path = state.path + "/bundle"
        try state.write([9, 9, 9], to: path, mode: 0o600)
        try OutputFile.write([1, 2], to: path, isText: false)
        #expect(try state.read(path) == [1, 2])
        #expect(try state.mode(path) == 0o644)
        #expect(try FileManager.default.contentsOfDirectory(atPath: state.path).sorted() == ["bundle", "ca"])
    }

    @Test("what is not a regular file is not replaced, and a failure leaves nothing behind")
    func refusedOutput() throws {
        let link = state.path + "/link"
        #expect(symlink(state.directory.certificatePath, link) == 0)
        for path in [link, state.directory.path, "/dev/null", state.path + "/missing/bundle"] {
            #expect(throws: CommandFailure.self) { try OutputFile.write([1], to: path, isText: true) }
        }
        #expect(try state.read(state.directory.certificatePath) == Array(authority.pem.utf8))
        #expect(try FileManager.default.contentsOfDirectory(atPath: state.path).sorted() == ["ca", "link"])
    }

    @Test("a missing authority is told with who makes one")
    func missing() throws {
        let directory = AuthorityDirectory(stateDirectory: state.path + "/elsewhere")
        let error = try #require(throws: AuthorityError.self) { try AuthorityCertificate(reading: directory) }
        let text = CommandFailure(error).text
        #expect(
            text.hasPrefix("postern: error: there is no certificate authority in \(directory.path)\npostern: hint: ")
        )
        #expect(text.contains("posternd makes it on its first start"))
    }

    @Test("whoever may not enter the directory is told who may")
    func denied() {
        let error = AuthorityError.system(operation: "open", path: "/s/ca", code: EACCES)
        let hint = "postern: hint: run the command as root, or as the user that posternd runs as\n"
        #expect(CommandFailure(error).text == "postern: error: cannot open /s/ca: permission denied\n" + hint)
        #expect(error.hint == nil)
    }
}
