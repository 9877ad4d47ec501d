import PosternTestSupport
import Testing

@testable import PosternSandbox

private let description = RunDescription(
    agent: "bot",
    authority: "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n",
    placeholders: [.init(provider: "openai", text: "sk-\u{e9}\"\\/\n", variables: ["OPENAI_API_KEY", "X"])],
    baseURLs: [.init(variable: "OPENAI_BASE_URL", path: "/via/openai")],
    hidden: ["/var/lib/postern"]
)

/// Messages that are none of ours.
private let rubbish = [
    "", " ", "{", "}", "null", "0", "[]", "{}", "\"ask\"", "{\"ok\":true}", "{\"ask\":\"listen\"}",
    "{\"version\":\"1\",\"ask\":\"listen\",\"agent\":\"a\"}", "{\"version\":1,\"ask\":\"dig\",\"agent\":\"a\"}",
    "{\"version\":1,\"ask\":\"listen\",\"agent\":7}", "{\"version\":1,\"ask\":\"listen\"}",
    "{\"version\":1.5,\"ask\":\"listen\",\"agent\":\"a\"}",
    "{\"version\":99999999999999999999,\"ask\":\"listen\",\"agent\":\"a\"}",
    "{\"version\":1,\"ask\":\"listen\",\"agent\":\"a\"} x", "{\"version\":1,\"ask\":\"listen\",\"agent\":\"a\"",
    "\u{ff}\u{fe}", "{\"version\":1,\"ask\":\"listen\",\"agent\":\"\u{ff}\"}",
]

private func read<Value: Decodable>(_ bytes: [UInt8], as _: Value.Type) -> Result<Value, RunAnswer.Refusal> {
    do throws(RunAnswer.Refusal) { return .success(try RunAnswer.decode(bytes)) } catch { return .failure(error) }
}

@Suite("Messages of the run socket")
struct MessageTests {
    @Test("what is asked for is read as it was written", arguments: [RunRequest.Ask.describe, .listen])
    func request(ask: RunRequest.Ask) throws {
        let bytes = RunAnswer.encode(RunRequest(ask, agent: "bot \u{1f600}\"/"))
        #expect(try read(bytes, as: RunRequest.self).get() == RunRequest(ask, agent: "bot \u{1f600}\"/"))
        #expect(!bytes.contains(0))
    }

    @Test("requests look as the documentation of other implementations would have it")
    func requestText() {
        #expect(
            latin1Text(RunAnswer.encode(RunRequest(.listen, agent: "a/b")))
                == #"{"agent":"a/b","ask":"listen","version":1}"#
        )
    }

    @Test("an answer is read as it was written")
    func answer() throws {
        #expect(try read(RunAnswer.encode(description), as: RunDescription.self).get() == description)
        let least = RunDescription(agent: "", authority: nil, placeholders: [], baseURLs: [], hidden: [])
        #expect(try read(RunAnswer.encode(least), as: RunDescription.self).get() == least)
    }

    @Test("a refusal is thrown, whatever was expected", arguments: [nil, "do that"])
    func refusal(hint: String?) {
        let refusal = RunAnswer.Refusal("not_allowed", "no", hint: hint)
        let bytes = RunAnswer.encode(refusal)
        #expect(read(bytes, as: RunDescription.self) == .failure(refusal))
        #expect(read(bytes, as: RunRequest.self) == .failure(refusal))
        #expect("\(refusal)" == "no")
    }

    @Test("the child takes nothing but consent for consent")
    func taken() {
        #expect(latin1Text(RunAnswer.taken) == #"{"ok":true}"#)
        #expect(!RunAnswer.encode(RunAnswer.Refusal("a", "b")).starts(with: RunAnswer.taken))
        #expect(!RunAnswer.encode(description).starts(with: RunAnswer.taken))
    }

    @Test("what is no message is refused", arguments: rubbish)
    func refuses(text: String) {
        guard case .failure(let refusal) = read(latin1(text), as: RunRequest.self) else {
            Issue.record("taken for a request")
            return
        }
        #expect(refusal.code == "not_an_answer")
    }

    @Test(
        "a message of the greatest length does not exhaust whoever reads it",
        arguments: ["[", "{\"a\":", "\"", "1", "\\", "\0"]
    )
    func deep(piece: String) {
        let bytes = Array(repeatElement(latin1(piece), count: RunRequest.maxBytes / piece.utf8.count).joined())
        guard case .failure = read(bytes, as: RunRequest.self) else {
            Issue.record("taken for a request")
            return
        }
    }

    @Test("what was valid before it was broken is refused or read, and what is read can be written again")
    func broken() throws {
        var random = SplitMix64(seed: 61)
        let valid = [
            RunAnswer.encode(RunRequest(.listen, agent: "bot")), RunAnswer.encode(RunRequest(.describe, agent: "bot")),
            RunAnswer.encode(description), RunAnswer.encode(RunAnswer.Refusal("a", "b", hint: "c")), RunAnswer.taken,
        ]
        let pieces = [
            "{", "}", "[", "]", "\"", "\\", ",", ":", "null", "1", "-", "1e999", "\\u", "\\ud800", "\0", "\u{ff}",
        ]
        .map(latin1)
        var accepted = 0
        for _ in 0..<20_000 {
            let bytes = random.mutate(random.pick(valid), times: 1 + random.below(3), splicing: pieces + valid)
            if case .success(let request) = read(bytes, as: RunRequest.self) {
                accepted += 1
                #expect(try read(RunAnswer.encode(request), as: RunRequest.self).get() == request)
            }
            if case .success(let answer) = read(bytes, as: RunDescription.self) {
                accepted += 1
                #expect(try read(RunAnswer.encode(answer), as: RunDescription.self).get() == answer)
            }
        }
        #expect(accepted > 100)
    }

    @Test("random bytes are no message")
    func random() {
        var random = SplitMix64(seed: 62)
        for _ in 0..<20_000 {
            let bytes = (0..<random.below(80)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            guard case .failure = read(bytes, as: RunRequest.self) else {
                Issue.record("taken for a request: \(bytes)")
                return
            }
        }
    }
}
