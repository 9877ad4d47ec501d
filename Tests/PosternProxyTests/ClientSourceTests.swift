import PosternCore
import Testing

@testable import PosternProxy

@Suite("ClientSource")
struct ClientSourceTests {
    private let sandbox = Sandbox(id: "00ff", agent: "bot", agentID: nil, userID: 1000, processID: 42)

    private func source(_ entrance: SandboxEntrance) throws -> ClientSource {
        let peer = Peer(origin: .address(try #require(IPAddress("127.0.0.1")), port: 40_000))
        return ClientSource(peer: peer, sandbox: sandbox, entrance: entrance)
    }

    @Test("who speaks to the proxy of a sandbox knows of it, and who was caught does not")
    func unaware() throws {
        #expect(try !source(.proxy(port: 3128)).isUnaware)
        #expect(try source(.http).isUnaware && source(.https).isUnaware)
    }

    @Test("the port of the proxy inside is Postern's own, and the ports of the web are not")
    func ports() throws {
        #expect(try source(.proxy(port: 4000)).localPort == 4000)
        #expect(try source(.http).localPort == nil && source(.https).localPort == nil)
    }

    @Test("the record names who started the sandbox, and not an address inside it")
    func audited() throws {
        let source = try source(.proxy(port: 3128))
        #expect(source.sandbox === sandbox)
        let peer = source.auditedPeer
        #expect(peer.userID == 1000 && peer.processID == 42 && peer.sandbox == "00ff")
        #expect(peer.address == nil && peer.port == nil)
    }

    @Test("a sandbox that has ended is open to nobody")
    func end() {
        #expect(sandbox.isOpen)
        sandbox.end()
        #expect(!sandbox.isOpen)
    }
}
