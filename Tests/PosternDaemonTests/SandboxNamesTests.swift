import PosternTestSupport
import Testing

@testable import PosternDaemon

private func name(_ text: String) -> [UInt8] {
    text.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
}

/// A question as a resolver sends it.
private func question(
    _ name: [UInt8],
    type: UInt16 = 1,
    group: UInt16 = 1,
    flags: [UInt8] = [1, 0],
    counts: [UInt8] = [0, 1, 0, 0, 0, 0, 0, 0],
    rest: [UInt8] = []
) -> [UInt8] {
    [0xab, 0xcd] + flags + counts + name + [
        UInt8(type >> 8), UInt8(type & 0xff), UInt8(group >> 8), UInt8(group & 0xff),
    ]
        + rest
}

private let plain = question(name("api.example.com"))

/// Pieces that are no question.
private let refused: [(String, [UInt8])] = [
    ("nothing", []), ("a header", Array(plain.prefix(12))), ("a header and a byte", Array(plain.prefix(13))),
    ("half a name", Array(plain.prefix(20))), ("no type", Array(plain.prefix(29))),
    ("half a class", Array(plain.dropLast())),
    ("a response", question(name("a.test"), flags: [0x81, 0])),
    ("another operation", question(name("a.test"), flags: [8, 0])),
    ("no question", question(name("a.test"), counts: [0, 0, 0, 0, 0, 0, 0, 0])),
    ("two questions", question(name("a.test"), counts: [0, 2, 0, 0, 0, 0, 0, 0])),
    ("257 questions", question(name("a.test"), counts: [1, 1, 0, 0, 0, 0, 0, 0])),
    ("a name that points at itself", question([0xc0, 12])),
    ("a name that points away", question([3, 97, 98, 99, 0xc0, 0])),
    ("a label of another kind", question([0x41, 97, 0])),
    ("a label that is too long", question([64] + [UInt8](repeating: 97, count: 64) + [0])),
    ("a label beyond the end", question([63, 97, 0])),
    (
        "a name of 256 bytes",
        question(
            name(
                Array(repeating: String(repeating: "a", count: 63), count: 3).joined(separator: ".") + "."
                    + String(repeating: "b", count: 62)
            )
        )
    ),
    ("a name without an end", Array(plain.prefix(12)) + [UInt8](repeating: 1, count: 500)),
]

/// Types of records other than addresses: name servers, aliases, mail, text, IPv6, services, HTTPS, anything.
private let otherTypes: [UInt16] = [0, 2, 5, 6, 15, 16, 28, 33, 65, 255, 65535]

@Suite("Names inside of a sandbox")
struct SandboxNamesTests {
    /// The address in an answer.
    private func address(_ text: String) throws -> [UInt8] {
        Array(try #require(SandboxNames.answer(to: question(name(text)))).suffix(4))
    }

    @Test("the answer repeats the question, and has one address for a minute")
    func answers() throws {
        let answer = try #require(SandboxNames.answer(to: plain))
        #expect(answer.prefix(12) == [0xab, 0xcd, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0])
        #expect(answer[12..<plain.count] == plain[12...])
        #expect(answer[plain.count...].prefix(12) == [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4])
        #expect(answer.count == plain.count + 16)
    }

    @Test("recursion is confirmed where it was wished for")
    func recursion() throws {
        #expect(try #require(SandboxNames.answer(to: question(name("a"), flags: [0, 0])))[2] == 0x80)
        #expect(try #require(SandboxNames.answer(to: question(name("a"), flags: [1, 0x20])))[2] == 0x81)
    }

    @Test("addresses are of the network for tests, the same for a name in capitals, and others for others")
    func addresses() throws {
        var found: Set<[UInt8]> = []
        for number in 0..<500 {
            let address = try address("host-\(number).example.com")
            #expect(address[0] == 198 && (18...19).contains(address[1]))
            found.insert(address)
        }
        #expect(found.count > 490)
        #expect(try address("API.Example.COM") == address("api.example.com"))
        #expect(try address("api.example.org") != address("api.example.com"))
    }

    @Test("there is nothing but IPv4, and no error that would end a search", arguments: otherTypes)
    func types(type: UInt16) throws {
        let question = question(name("api.example.com"), type: type)
        let answer = try #require(SandboxNames.answer(to: question))
        #expect(
            answer.prefix(12) == [0xab, 0xcd, 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0] && answer.count == question.count
        )
    }

    @Test("an address of another class is none")
    func classes() throws {
        #expect(try #require(SandboxNames.answer(to: question(name("a.test"), group: 3)))[7] == 0)
    }

    @Test("what follows the question, such as EDNS, is left out")
    func extensions() throws {
        let extended = question(
            name("api.example.com"),
            counts: [0, 1, 0, 0, 0, 0, 0, 1],
            rest: [0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0]
        )
        #expect(SandboxNames.answer(to: extended) == SandboxNames.answer(to: plain))
    }

    @Test("the root and the longest name are answered")
    func extremes() {
        #expect(SandboxNames.answer(to: question([0])) != nil)
        let labels = Array(repeating: String(repeating: "a", count: 63), count: 3) + [String(repeating: "b", count: 61)]
        #expect(name(labels.joined(separator: ".")).count == 255)
        #expect(SandboxNames.answer(to: question(name(labels.joined(separator: ".")))) != nil)
    }

    @Test("what is no question is not answered", arguments: refused)
    func refuses(row: (String, [UInt8])) { #expect(SandboxNames.answer(to: row.1) == nil) }

    @Test("whatever comes, the answer is to what was asked, or there is none")
    func random() throws {
        var random = SplitMix64(seed: 64)
        let pieces: [[UInt8]] = [[0], [0xc0, 12], [63], [64], [0, 1], [0, 28], [0, 1, 0, 1], name("a.test"), plain]
        var answered = 0
        for round in 0..<60_000 {
            let message =
                round % 4 == 0
                ? (0..<random.below(64)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                : random.mutate(plain, times: 1 + random.below(4), splicing: pieces)
            guard let answer = SandboxNames.answer(to: message) else { continue }
            answered += 1
            let addresses = Int(answer[7])
            let asked = answer.count - 16 * addresses
            try #require(asked <= message.count && addresses <= 1 && answer.count <= 512)
            #expect(answer.prefix(2) == message.prefix(2) && answer[12..<asked] == message[12..<asked])
            #expect(answer[2] & 0x80 != 0)
        }
        #expect(answered > 1_000)
    }
}
