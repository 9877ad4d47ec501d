import PosternConfig
import PosternCore
import Testing

private let agent = "[[agent]]\nname = \"bot\"\n"

// swift-format-ignore: one row, one line
private let refused: [Refused] = [
    Refused(
        "[proxy]\nlisten = [\"0.0.0.0:3128\"]",
        "proxy.conf:2: `listen` in [proxy]: 0.0.0.0:3128 is not a loopback address: keys would cross the network in clear\n  hint: listen on 127.0.0.1, or set `allow_remote_clients = true` in [proxy] if the network is trusted"
    ),
    Refused(
        "[proxy]\nlisten = [\"[::]:3128\"]",
        "proxy.conf:2: `listen` in [proxy]: [::]:3128 is not a loopback address: keys would cross the network in clear\n  hint: listen on 127.0.0.1, or set `allow_remote_clients = true` in [proxy] if the network is trusted"
    ),
    Refused(
        "[proxy]\nlisten = [\"3128\"]",
        "proxy.conf:2: `listen` in [proxy]: `3128` is not an address to listen on\n  hint: write `127.0.0.1:3128`, `[::1]:3128`, `unix:/path` or `systemd:NAME`"
    ),
    Refused(
        "[proxy]\nlisten = [\"127.0.0.1:65536\"]",
        "proxy.conf:2: `listen` in [proxy]: `127.0.0.1:65536` is not an address to listen on\n  hint: write `127.0.0.1:3128`, `[::1]:3128`, `unix:/path` or `systemd:NAME`"
    ),
    Refused(
        "[proxy]\nlisten = [\"127.0.0.1:+80\"]",
        "proxy.conf:2: `listen` in [proxy]: `127.0.0.1:+80` is not an address to listen on\n  hint: write `127.0.0.1:3128`, `[::1]:3128`, `unix:/path` or `systemd:NAME`"
    ),
    Refused(
        "[proxy]\nlisten = [\"example.com:80\"]",
        "proxy.conf:2: `listen` in [proxy]: `example.com:80` is not an address to listen on\n  hint: write `127.0.0.1:3128`, `[::1]:3128`, `unix:/path` or `systemd:NAME`"
    ),
    Refused(
        "[proxy]\nlisten = [\"unix:postern.sock\"]",
        "proxy.conf:2: `listen` in [proxy]: a socket needs an absolute path"
    ),
    Refused(
        "[proxy]\nlisten = [\"unix:/\(String(repeating: "a", count: 103))\"]",
        "proxy.conf:2: `listen` in [proxy]: a socket's path has at most 103 bytes"
    ),
    Refused(
        "[proxy]\nlisten = [\"systemd:\"]",
        "proxy.conf:2: `listen` in [proxy]: not the name of a systemd socket\n  hint: it is FileDescriptorName= of the .socket unit"
    ),
    Refused(
        "[proxy]\nlisten = []",
        "proxy.conf:2: there is nothing to listen on\n  hint: give `listen` in [proxy] an address, or add a [[socket]]"
    ),
    Refused(
        "[proxy]\nlisten = [\"127.0.0.1:1\",\n\"localhost:1\"]",
        "proxy.conf:3: [proxy] listens on 127.0.0.1:1 again\n  hint: the first is on line 2"
    ),
    Refused(
        agent + "[[socket]]\nlisten = \"127.0.0.1:3128\"\nagent = \"bot\"",
        "proxy.conf:3: [[socket]] listens on 127.0.0.1:3128 again\n  hint: it is the default of `listen` in [proxy]"
    ),
    Refused(
        agent + "[[socket]]\nagent = \"bot\"",
        "proxy.conf:3: [[socket]] takes exactly one of `path`, `listen` and `systemd`, found none"
    ),
    Refused(
        agent + "[[socket]]\nagent = \"bot\"\npath = \"/a\"\nsystemd = \"b\"",
        "proxy.conf:3: [[socket]] takes exactly one of `path`, `listen` and `systemd`, found `path` and `systemd`"
    ),
    Refused("[[socket]]\npath = \"/a\"", "proxy.conf:1: [[socket]] has no `agent`"),
    Refused(
        agent + "[[socket]]\nagent = \"bot\"\npath = \"a\"",
        "proxy.conf:5: `path` in [[socket]]: a socket needs an absolute path"
    ),
    Refused(
        agent + "[[socket]]\nagent = \"bot\"\npath = \"/a\"\nmode = \"0666\"",
        "proxy.conf:6: `mode` in [[socket]] lets every user of this machine be the agent\n  hint: list who may connect in `uids`, or use \"0660\""
    ),
    Refused(
        agent + "[[socket]]\nagent = \"bot\"\npath = \"/a\"\nmode = \"0o66\"",
        "proxy.conf:6: `mode` in [[socket]] must be a file mode in octal, such as \"0660\""
    ),
    Refused(
        agent + "[[socket]]\nagent = \"bot\"\npath = \"/a\"\nmode = 432",
        "proxy.conf:6: `mode` in [[socket]] must be a string, found an integer"
    ),
    Refused(
        agent + "[[socket]]\nagent = \"bot\"\nsystemd = \"a\"\nmode = \"0660\"",
        "proxy.conf:6: `mode` in [[socket]] needs `path`: another kind of socket has no mode of ours"
    ),
    Refused(
        agent + "[[socket]]\nagent = \"bot\"\npath = \"/a\"\nuids = []",
        "proxy.conf:6: `uids` in [[socket]] is empty, so it is for nobody\n  hint: leave it out to admit whom the file mode admits"
    ),
    Refused(
        agent + "[[socket]]\nagent = \"bot\"\npath = \"/a\"\nuids = [-1]",
        "proxy.conf:6: `uids` in [[socket]]: -1 is not a user id"
    ),
    Refused(
        agent + "[[socket]]\nagent = \"bot\"\npath = \"/a\"\nuids = [4294967295]",
        "proxy.conf:6: `uids` in [[socket]]: 4294967295 is not a user id"
    ),
    Refused(
        agent + "[[socket]]\nagent = \"bot\"\npath = \"/a\"\nuids = [\n\"no-such-user\"]",
        "proxy.conf:7: `uids` in [[socket]]: there is no user `no-such-user`"
    ),
    Refused(
        agent + "[[socket]]\nagent = \"bot\"\nlisten = \"127.0.0.1:0\"\nuids = [1]",
        "proxy.conf:6: `uids` in [[socket]] needs a unix socket: TCP does not say who connects"
    ),
    Refused(
        agent + "[[socket]]\nagent = \"bot\"\nlisten = \"10.0.0.1:80\"",
        "proxy.conf:5: `listen` in [[socket]]: 10.0.0.1:80 is not a loopback address: keys would cross the network in clear\n  hint: listen on 127.0.0.1, or set `allow_remote_clients = true` in [proxy] if the network is trusted"
    ),
]

@Suite("Listeners and directories")
struct ListenerTests {
    @Test("addresses that are refused", arguments: refused)
    func refuses(row: Refused) { #expect(ConfigText.complaint(row.text) == row.complaint) }

    @Test("every form of address is read")
    func readsForms() throws {
        let settings = try ConfigText.load(
            """
            [proxy]
            allow_remote_clients = true
            listen = ["localhost:0", "127.0.0.1:0", "[::1]:3128", "0.0.0.0:80", "unix:/run/p.sock", "systemd:postern"]
            [[agent]]
            name = "bot"
            [[socket]]
            path = "/run/bot.sock"
            agent = "bot"
            uids = [1001, "root"]
            mode = "0666"
            """
        ).settings
        #expect(
            settings.listeners.map(\.address.description) == [
                "127.0.0.1:0", "127.0.0.1:0", "[::1]:3128", "0.0.0.0:80", "unix:/run/p.sock", "systemd:postern",
                "unix:/run/bot.sock",
            ]
        )
        #expect(
            settings.listeners.last
                == ListenerSettings(
                    address: .unix(path: "/run/bot.sock", mode: 0o666),
                    agent: "bot",
                    allowedUserIDs: [1001, 0]
                )
        )
    }

    @Test("sockets alone are enough")
    func socketsAlone() throws {
        let text = "[proxy]\nlisten = []\n" + agent + "[[socket]]\nagent = \"bot\"\nsystemd = \"bot\"\nuids = [7]"
        #expect(
            try ConfigText.load(text).settings.listeners == [
                ListenerSettings(address: .inherited(name: "bot"), agent: "bot", allowedUserIDs: [7])
            ]
        )
    }

    @Test(
        "the state directory follows the service manager, then the user, then the system",
        arguments: [
            (["STATE_DIRECTORY": "/srv/a:/srv/b"], false, "/srv/a"),
            (["STATE_DIRECTORY": "/srv/a"], true, "/srv/a"),
            ([:], false, "/var/lib/postern"),
            (["XDG_STATE_HOME": "/x", "HOME": "/h"], true, "/x/postern"),
            (["XDG_STATE_HOME": "relative", "HOME": "/h"], true, "/h/.local/state/postern"),
            (["XDG_STATE_HOME": "/x"], false, "/var/lib/postern"),
        ] as [([String: String], Bool, String)]
    )
    func stateDirectory(environment: [String: String], userMode: Bool, expected: String) throws {
        let settings = try ConfigText.load("", userMode: userMode, environment: environment).settings
        #expect(settings.stateDirectory == expected)
    }

    @Test(
        "the configuration is looked for where it was named, at the user's, then at the system's",
        arguments: [
            ("/a/b.conf", true, "/a/b.conf"),
            (nil, true, "/x/postern/proxy.conf"),
            (nil, false, "/etc/postern/proxy.conf"),
        ] as [(String?, Bool, String)]
    )
    func configurationPath(explicit: String?, userMode: Bool, expected: String) {
        let environment = ["XDG_CONFIG_HOME": "/x", "HOME": "/h"]
        #expect(
            ConfigurationLoader.resolvePath(explicit: explicit, userMode: userMode, environment: environment)
                == expected
        )
    }

    @Test("every number reaches its setting")
    func numbers() throws {
        let settings = try ConfigText.load(
            """
            [proxy]
            event_loops = 3
            max_connections = 5
            state_dir = "/srv/state"
            [timeouts]
            request_head_s = 1
            client_idle_s = 2
            client_stall_s = 3
            connect_s = 4
            first_byte_s = 5
            upstream_idle_s = 6
            total_s = 7
            pooled_connection_s = 8
            drain_s = 9
            audit_s = 10
            [limits]
            max_head_bytes = 2048
            max_field_bytes = 1024
            max_fields = 50
            max_pooled_connections = 0
            max_upstream_connections = 9
            [audit]
            durability = "fsync"
            segment_bytes = 8192
            checkpoint_interval_s = 30
            """
        ).settings
        let waits = settings.timeouts
        #expect(
            [
                waits.requestHead, waits.clientIdle, waits.clientStall, waits.connect, waits.firstByte,
                waits.upstreamIdle,
                waits.total, waits.pooledConnection, waits.drain, waits.audit,
            ] == (1...10).map { Duration.seconds($0) }
        )
        let limits = settings.requestLimits
        #expect(
            [
                limits.maxHeadBytes, limits.maxFieldBytes, limits.maxFields, limits.maxPooledConnections,
                limits.maxUpstreamConnections,
            ] == [2048, 1024, 50, 0, 9]
        )
        #expect(settings.audit.durability == .fsync && settings.audit.segmentBytes == 8192)
        #expect(settings.audit.checkpointInterval == .seconds(30))
        #expect(settings.eventLoops == 3 && settings.maxConnections == 5 && settings.stateDirectory == "/srv/state")
    }
}
