import PosternProxy
import PosternTestSupport
import Testing

@testable import PosternDaemon

/// Names of something else, or that nobody wrote here.
private let rubbish =
    [
        "sandbox/0a/bot//1000/42/0", "sandbox/0a/bot//1000/42/0/", "sandbox/0a/bot//1000/42/5/5",
        "sandbox/0a/bot//1000/42/0/5/5",
    ]
    + [
        "", "sandbox", "proxy", "sandbox/", "/", "//////", "sandbox//////", "sandbox/0a/bot//1000/42",
        "sandbox/0a/bot//1000/42/0/x", "other/0a/bot//1000/42/0", "Sandbox/0a/bot//1000/42/0",
        "sandbox/0a/bot//-1/42/0", "sandbox/0a/bot//4294967296/42/0", "sandbox/0a/bot//me/42/0",
        "sandbox/0a/bot//1000//0",
        "sandbox/0a/bot//1000/99999999999/0", "sandbox/0a/bot//1000/42/", "sandbox/0a/bot//1000/42/zero",
        "sandbox/0a/bot//1000/42/-1", "sandbox/0a/bot//+1000/42/0", "sandbox/0a/bot//01000/42/0",
        "sandbox/0a/bot//1000/42/00",
        "sandbox//bot//1000/42/0", "sandbox/0a///1000/42/0", " sandbox/0a/bot//1000/42/0",
        "sandbox/0a/bot//1000/42/0\n",
    ].map { $0 + "/5" }

@Suite("StoredSandbox")
struct StoredSandboxTests {
    @Test("a name says all there is to know, and systemd takes it")
    func roundTrip() throws {
        var random = SplitMix64(seed: 65)
        let letters = Array("abcXYZ019._-".utf8)
        for _ in 0..<5_000 {
            let sandbox = Sandbox(
                id: String(random.next(), radix: 16),
                agent: latin1Text(random.bytes(1 + random.below(64), from: letters)),
                agentID: random.below(2) == 0
                    ? nil : latin1Text(random.bytes(36, from: Array("0123456789abcdef-".utf8))),
                userID: UInt32(truncatingIfNeeded: random.next()),
                processID: Int32(random.below(1 << 22))
            )
            let stored = StoredSandbox(sandbox, place: random.below(5), of: 5)
            #expect(StoredSandbox(stored.name) == stored)
            #expect(stored.id == sandbox.id && stored.agent == sandbox.agent && stored.agentID == sandbox.agentID)
            #expect(stored.userID == sandbox.userID && stored.processID == sandbox.processID)
            // sd_pid_notify_with_fds(3): FDNAME is at most 255 printable characters, none of them a colon.
            #expect(stored.name.utf8.count <= 255)
            #expect(stored.name.utf8.allSatisfy { (0x20..<0x7f).contains($0) && $0 != UInt8(ascii: ":") })
        }
    }

    @Test("other names are none", arguments: rubbish)
    func refuses(name: String) { #expect(StoredSandbox(name) == nil) }

    @Test("a name that was broken is none, or says the same again")
    func broken() {
        var random = SplitMix64(seed: 66)
        let valid = latin1("sandbox/00ff00ff00ff00ff/research-bot/0c8ee5c0-91c7-4a7e-a7a1-4f2f9ad0b6c3/1000/4242/3/5")
        for _ in 0..<20_000 {
            let name = latin1Text(
                random.mutate(
                    valid,
                    times: 1 + random.below(3),
                    splicing: ["/", "//", "-", "+", "0", "99999999999"].map(latin1)
                )
            )
            if let stored = StoredSandbox(name) { #expect(stored.name == name) }
        }
    }
}
