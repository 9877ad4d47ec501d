import PosternControl
import Testing

@testable import PosternCLI

/// What a trial of a client is judged by.
@Suite struct TrialJudgementTests {
    private let judgement = TrialJudgement(credential: "Bearer abc", patience: 20)

    private func request(_ fields: String..., nonce: String = "n0nce") -> Origin.Request {
        let head = (["GET /v1/t HTTP/1.1", "Host: origin.postern.test"] + fields).joined(separator: "\r\n")
        return Origin.Request(trial: "t", nonce: nonce, head: head)
    }

    private func result(
        _ ending: ChildProgram.Ending = .exited(0),
        of requests: Origin.Request...,
        output: String = "n0nce\n",
        errors: String = ""
    ) -> TrialResult {
        judgement.result(ending, output: output, errors: errors, requests: requests)
    }

    @Test func isProvenByTheCredentialAndTheNonce() {
        let good = request("Authorization:Bearer abc")
        #expect(result(of: request("authorization: Bearer abc")) == .proven)
        #expect(result(of: good, good, output: "x n0nce y") == .proven)
    }

    @Test(arguments: [
        ["Authorization: Bearer other"], [], ["Authorization: Bearer abc", "Authorization: Bearer abc"],
        ["X-Authorization: Bearer abc"], ["Authorization: bearer abc"],
    ])
    func isNotProvenByAnotherField(_ fields: [String]) {
        let head = (["GET /v1/t HTTP/1.1"] + fields).joined(separator: "\r\n")
        let requests = [Origin.Request(trial: "t", nonce: "n0nce", head: head)]
        #expect(judgement.result(.exited(0), output: "n0nce", errors: "", requests: requests) != .proven)
    }

    @Test func isNotProvenWithAPlaceholderBeside() {
        let leaked = request("Authorization: Bearer abc", "X-Key: sk-postern-placeholder-12")
        #expect(result(of: leaked) != .proven)
        #expect(result(of: request("Authorization: Bearer abc"), leaked) != .proven)
    }

    @Test func isNotProvenByWords() {
        let good = request("Authorization: Bearer abc")
        #expect(result(of: good, output: "proven") != .proven)
        #expect(result(output: "n0nce", errors: "") == .failed("it asked for nothing"))
        #expect(result(.exited(3), of: good) == .failed("it ended with status 3"))
        #expect(result(.killed(signal: 9), of: good) == .failed("signal 9 ended it"))
        #expect(result(.tooLate, of: good) == .failed("it did not end within 20 seconds"))
    }

    @Test func tellsTheLineThatSaysMost() {
        let errors = "warming up\n  curl: (7) Failed to connect to 127.0.0.1\nsee the manual\n"
        #expect(
            result(.exited(7), errors: errors) == .failed("curl: (7) Failed to connect to 127.0.0.1")
        )
        #expect(result(.exited(1), errors: "one\ntwo\n\n") == .failed("two"))
    }
}
