import Testing

@testable import PosternSandbox

private func caller(
    homes: [String] = ["/home/me"],
    directory: String = "/home/me/work",
    variables: [String: String] = [:]
) -> SandboxFiles.Caller {
    SandboxFiles.Caller(userID: 1000, homes: homes, directory: directory, variables: variables)
}

private func files(
    _ caller: SandboxFiles.Caller = caller(),
    hidden: [String] = [],
    sockets: [String] = [],
    bundle: (merged: [UInt8], authority: [UInt8])? = ([1], [2]),
    standIns: [String] = [],
    kept: [(path: String, isReadOnly: Bool)] = []
) -> SandboxFiles {
    SandboxFiles(for: caller, hidden: hidden, sockets: sockets, bundle: bundle, standIns: standIns, kept: kept)
}

/// A variable that names a socket, and the path that it names.
private let namedSockets: [(String, String, String?)] = [
    ("SSH_AUTH_SOCK", "/srv/agent.2", "/srv/agent.2"), ("SSH_AUTH_SOCK", "/tmp/ssh-1/agent.2", nil),
    ("SSH_AUTH_SOCK", "relative", nil),
    ("SSH_AUTH_SOCK", "", nil), ("GPG_AGENT_INFO", "/home/me/S.gpg-agent:12:1", "/home/me/S.gpg-agent"),
    ("DOCKER_HOST", "unix:///srv/docker.sock", "/srv/docker.sock"), ("DOCKER_HOST", "tcp://10.0.0.1:2375", nil),
    ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/srv/bus,guid=0a1b", "/srv/bus"),
    ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/srv/bus;tcp:host=x", "/srv/bus"),
    ("DBUS_SESSION_BUS_ADDRESS", "unix:abstract=/tmp/bus", nil), ("PULSE_SERVER", "unix:/srv/pulse", "/srv/pulse"),
    ("OTHER_SOCKET", "/srv/other", nil),
]

@Suite("The files of a sandbox")
struct FilesTests {
    @Test("directories of sockets are emptied first, and what is shown again comes last")
    func order() throws {
        let mounts = files(hidden: ["/srv/state"], standIns: ["/etc/certs.pem"], kept: [("/run/x", true)]).mounts
        #expect(mounts.contains(.empty("/run", mode: 0o755)) && mounts.contains(.empty("/tmp", mode: 0o1777)))
        #expect(mounts.last == .kept("/run/x", isReadOnly: true))
        // What is made inside of an emptied directory comes after that, and files after their directory.
        for case .directory(let path, _) in mounts {
            let place = try #require(mounts.firstIndex { $0.path == path })
            let parent = try #require(mounts.firstIndex { path.hasPrefix($0.path + "/") })
            #expect(parent < place, "\(path)")
        }
        let directory = try #require(mounts.firstIndex(of: .directory(SandboxFiles.directory, mode: 0o755)))
        let bundle = try #require(mounts.firstIndex(of: .file(SandboxFiles.bundlePath, contents: [1])))
        let standIn = try #require(mounts.firstIndex(of: .standIn(SandboxFiles.bundlePath, for: "/etc/certs.pem")))
        #expect(directory < bundle && bundle < standIn)
        #expect(mounts.contains(.file(SandboxFiles.authorityPath, contents: [2])))
        #expect(mounts.contains(.directory("/run/user/1000", mode: 0o700)))
    }

    @Test("credentials, and what Postern keeps, are hidden; start files can be read")
    func hides() {
        let mounts = Set(files(hidden: ["/srv/state", "/srv/control.sock"]).mounts)
        for path in [".ssh", ".aws", ".gnupg", ".kube", ".docker", ".netrc", ".git-credentials", ".mozilla"] {
            #expect(mounts.contains(.hidden("/home/me/\(path)")))
        }
        for path in ["/srv/state", "/srv/control.sock", "/etc/postern", "/var/lib/postern", "/var/run/docker.sock"] {
            #expect(mounts.contains(.hidden(path)))
        }
        for path in [".bashrc", ".profile", ".gitconfig", ".config/systemd", ".local/bin"] {
            #expect(mounts.contains(.readOnly("/home/me/\(path)")))
        }
    }

    @Test("no place is listed twice, and each is a plain relative path")
    func places() {
        let all = HiddenPlaces.inHome + HiddenPlaces.guardedInHome
        #expect(Set(all).count == all.count)
        for path in all { #expect(!path.hasPrefix("/") && !path.hasSuffix("/") && !path.contains("..")) }
    }

    @Test("without a home directory there is nothing to hide in it")
    func homeless() {
        let mounts = files(caller(homes: [], directory: "/srv")).mounts
        #expect(!mounts.contains { $0.path.contains(".ssh") || $0.path.contains(".bashrc") })
        #expect(mounts.contains(.hidden("/etc/postern")))
    }

    @Test("without an authority there are no certificates")
    func noAuthority() {
        let mounts = files(bundle: nil, standIns: ["/etc/certs.pem"]).mounts
        let hasCertificates = mounts.contains {
            switch $0 {
            case .file, .standIn: true
            default: false
            }
        }
        #expect(!hasCertificates && mounts.contains(.directory(SandboxFiles.directory, mode: 0o755)))
    }

    @Test("sockets that variables name are hidden wherever they are", arguments: namedSockets)
    func sockets(variable: String, value: String, path: String?) {
        let usual = Set(files().mounts)
        let found = Set(files(caller(variables: [variable: value])).mounts).subtracting(usual)
        #expect(found == Set([path].compactMap { $0 }.map { .hidden($0) }))
    }

    @Test(
        "the current directory is there, also in one that is emptied",
        arguments: [
            ("/tmp/work", true), ("/run/user/1000/work", true), ("/dev/shm/x", true), ("/tmp", false), ("/run", false),
            ("/home/me/work", false), ("/tmpfoo", false), ("/", false),
        ]
    )
    func currentDirectory(directory: String, isKept: Bool) {
        let mounts = files(caller(directory: directory)).mounts
        #expect(mounts.contains(.kept(directory, isReadOnly: false)) == isKept)
    }

    @Test(
        "what is in an emptied directory is told by whole names",
        arguments: [
            ("/tmp", true), ("/tmp/a", true), ("/run/a/b", true), ("/tmpa", false), ("/var/tmp/a", true),
            ("/var/tm", false), ("tmp/a", false), ("/", false), ("", false),
        ]
    )
    func isEmptied(path: String, expected: Bool) { #expect(files().isEmptied(path) == expected) }
}
