import PosternCore
import PosternTestSupport
import Testing

private typealias ID = IssuedWorld.ID

private let mine = IssuedWorld.placeholder()
private let written = "Authorization: Bearer \(Sample.secret)"
private let asBot = "bot \(ID.botGrant) - \(written)"
private let another = "placeholder_leaked: It was found in the place of another credential."
private let elsewhere = "placeholder_leaked: It was found in the host."
private let ended = "placeholder_expired"

private func bearer(_ placeholder: String) -> String { "Authorization: Bearer \(placeholder)" }

/// Who asks, with a placeholder of whom, and what becomes of it.
private let principals: [(String, IssuedPlaceholders.Principal, String, String)] = [
    ("bot", .agent(id: ID.bot), ID.botGrant, asBot),
    ("bot", .agent(id: ID.bot), ID.botSecond, "bot \(ID.botSecond) - \(written)"),
    ("eve", .agent(id: ID.eve), ID.eveGrant, "eve \(ID.eveGrant) - \(written)"),
    ("app:", .agent(id: ID.bot), ID.botGrant, asBot),
    ("app:", .user(id: ID.ana), ID.anaGrant, "user:\(ID.ana) \(ID.anaGrant) - \(written)"),
    ("bot", .agent(id: ID.eve), ID.eveGrant, another), ("eve", .agent(id: ID.bot), ID.botGrant, another),
    ("bot", .user(id: ID.ana), ID.anaGrant, another), ("bot", .app, ID.appGrant, another),
    ("bot", .user(id: ID.bot), ID.botGrant, another), ("bot", .agent(id: ID.nobody), ID.botGrant, another),
    ("eve", .agent(id: ID.eve), ID.botGrant, ended), ("bot", .agent(id: ID.bot), ID.nobody, ended),
    ("app:", .agent(id: ID.nobody), ID.botGrant, ended), ("app:", .user(id: ID.nobody), ID.anaGrant, ended),
    ("app:", .app, ID.anaGrant, ended), ("app:", .user(id: ID.ana), ID.botGrant, ended),
]

/// The id of the key that a placeholder was asked for with, when it is used, and what becomes of it.
private let keys: [(String?, Int64, String)] = [
    (nil, 1_000, asBot), (nil, 1_299, asBot), (nil, 1_300, ended), (nil, 9_000, ended),
    (ID.botKey, 1_000, "bot \(ID.botGrant) \(ID.botKey) \(written)"),
    (ID.botKey, 1_199, "bot \(ID.botGrant) \(ID.botKey) \(written)"), (ID.botKey, 1_200, ended),
    (ID.appKey, 1_299, "bot \(ID.botGrant) \(ID.appKey) \(written)"), (ID.appKey, 1_300, ended),
    (ID.eveKey, 1_000, ended), (ID.nobody, 1_000, ended),
]

/// Places where it does not belong.
private let places: [(String, String, String)] = [
    ("http://a.good.test/v1", "X-Other: \(mine)", "the field X-Other"),
    ("http://a.good.test/v1", "Cookie: k=\(mine)", "the field Cookie"),
    ("http://a.good.test/v1", "\(bearer(mine))\r\nX-Copy: \(mine)", "the field X-Copy"),
    ("http://a.good.test/\(mine)", "X: y", "the path"), ("http://a.good.test/v1?key=\(mine)", "X: y", "the query"),
    ("http://a.good.test/v1?\(mine)", bearer(mine), "the query"),
    ("http://a.good.test/v1?key=%61\(mine.dropFirst())", "X: y", "the query"),
    // Other hosts, whether its agent may go there or not.
    ("http://b.good.test/v1", bearer(mine), "the host"),
    ("http://other.test/v1", bearer(mine), "the place of another credential"),
    ("http://plain.test/v1", bearer(mine), "the place of another credential"),
    ("http://nowhere.test/v1", bearer(mine), "the place of another credential"),
    ("http://a.good.test:8443/v1", bearer(mine), "the place of another credential"),
]

/// Fields that hold several, or one that is none.
private let mixtures: [(String, String)] = [
    ("\(bearer(mine))\r\nX-Api-Key: \(mine)", asBot), ("X-Api-Key: \(mine)", asBot),
    ("Authorization: Basic \(base64("x:\(mine)"))", asBot), ("Authorization: \(mine)", asBot),
    ("\(bearer(mine))\r\nX-Api-Key: \(IssuedWorld.placeholder())", another),
    ("\(bearer(mine))\r\nX-Api-Key: \(IssuedWorld.placeholder(endsAt: 1_299))", another),
    ("\(bearer(mine))\r\nX-Api-Key: \(IssuedWorld.placeholder(key: ID.botKey))", another),
    (bearer(mine + " " + IssuedWorld.placeholder(.agent(id: ID.bot), ID.botSecond)), another),
    (bearer("alter-ph-\(mine.dropFirst(9).prefix(16))\(String(repeating: "0", count: 168))"), another),
    (bearer(mine + " " + IssuedWorld.placeholderKey.placeholder(agent: "eve", secret: "x", prefix: nil)), another),
]

@Suite("IssuedPlaceholders")
struct IssuedPlaceholderTests {
    @Test("it works for whom it was given to, and for the application in everybody's name", arguments: principals)
    func principal(asks: String, owner: IssuedPlaceholders.Principal, grant: String, expected: String) throws {
        let placeholder = IssuedWorld.placeholder(owner, grant)
        let outcome = try IssuedWorld().outcome(bearer(placeholder), by: asks)
        #expect(outcome.hasPrefix(expected), "\(outcome)")
    }

    @Test("it works until its end, and no longer than the key that it was asked for with", arguments: keys)
    func end(key: String?, now: Int64, expected: String) throws {
        let outcome = try IssuedWorld().outcome(bearer(IssuedWorld.placeholder(key: key)), now: now)
        #expect(outcome.hasPrefix(expected), "\(outcome)")
    }

    @Test("with a revoked key it has ended") func revoked() throws {
        let world = try IssuedWorld(IssuedWorld.contents(botKey: nil))
        #expect(try world.outcome(bearer(IssuedWorld.placeholder(key: ID.botKey))).hasPrefix(ended))
        #expect(try world.outcome(bearer(mine)) == asBot)
    }

    @Test("nobody uses one of an agent that is paused", arguments: ["bot", "app:"])
    func paused(asks: String) throws {
        let world = try IssuedWorld(IssuedWorld.contents(isPaused: true))
        #expect(try world.outcome(bearer(mine), by: asks).hasPrefix("agent_paused"))
    }

    @Test("it stands only where the credential goes, at the one host", arguments: places)
    func place(url: String, lines: String, expected: String) throws {
        for asks in ["bot", "app:"] {
            let outcome = try IssuedWorld().outcome(lines, by: asks, to: url)
            #expect(outcome.hasPrefix("placeholder_leaked: It was found in \(expected)."), "\(asks): \(outcome)")
            #expect(!outcome.contains(mine.suffix(168).prefix(20)))
        }
    }

    @Test(
        "another scheme or port is another destination",
        arguments: [
            IssuedWorld.placeholder(scheme: .http, port: 443), IssuedWorld.placeholder(port: 8443),
            IssuedWorld.placeholder(for: "good.test"), IssuedWorld.placeholder(for: "a.good.test.evil.test"),
        ]
    )
    func destination(placeholder: String) throws {
        #expect(try IssuedWorld().outcome(bearer(placeholder)).hasPrefix(elsewhere))
    }

    @Test("several at once are one request's only if they are one", arguments: mixtures)
    func mixture(lines: String, expected: String) throws {
        let outcome = try IssuedWorld().outcome(lines)
        #expect(outcome.hasPrefix(expected), "\(outcome)")
    }

    @Test("with any digit changed it is none") func forged() throws {
        let world = try IssuedWorld()
        for index in 25..<mine.count {
            var digits = Array(mine.utf8)
            digits[index] = digits[index] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
            let outcome = try world.outcome(bearer(latin1Text(digits)))
            #expect(outcome.hasPrefix(another), "digit \(index): \(outcome)")
        }
    }

    @Test(
        "what only looks like one is refused where it would be sent, and where it would not",
        arguments: [
            bearer("\(mine.dropLast())"), bearer("\(mine)0"), bearer(mine + mine.suffix(168)),
            bearer("\(mine.prefix(25))"), "X-Other: \(base64(mine))", "X-Other: \(mine.prefix(25))",
        ]
    )
    func lookalike(lines: String) throws {
        let outcome = try IssuedWorld().outcome(lines, by: "eve")
        #expect(outcome.hasPrefix("placeholder_leaked"), "\(outcome)")
    }

    @Test("another machine's is nothing special") func foreign() throws {
        let destination = Destination(scheme: .https, host: Sample.host("a.good.test"), port: 443)
        let foreign = IssuedPlaceholders(.random()).issue(
            to: .agent(id: ID.eve),
            grant: ID.eveGrant,
            destination: destination,
            key: nil,
            endsAt: IssuedWorld.endsAt,
            now: IssuedWorld.now
        )
        let outcome = try IssuedWorld().outcome(bearer(try #require(foreign)), by: "eve")
        #expect(outcome == "eve \(ID.eveGrant) - \(written)")
    }

    @Test("two for the same differ, and have one form") func form() {
        let again = IssuedWorld.placeholder()
        #expect(again != mine && again.prefix(25) == mine.prefix(25))
        #expect(mine.wholeMatch(of: /alter-ph-[0-9a-f]{184}/) != nil)
    }

    @Test(
        "only ids of the store can be in one",
        arguments: ["", "bot", ID.bot.uppercased(), ID.bot + "0", ID.bot.replacing("-", with: "")]
    )
    func ids(id: String) {
        #expect(IssuedWorld.placeholder(.agent(id: id)) == "none")
        #expect(IssuedWorld.placeholder(.user(id: id)) == "none")
        #expect(IssuedWorld.placeholder(.app, id) == "none")
        #expect(IssuedWorld.placeholder(key: id) == "none")
    }
}
