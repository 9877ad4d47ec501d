internal import CLinux
internal import Glibc

/// A wrapper's connection to the run socket.
///
/// It is the sandbox's life: what was registered over it ends with it.
package final class RunChannel {
    /// Given to the child, which registers from inside.
    package let descriptor: CInt

    private static let patienceSeconds: CInt = 15
    /// The code where the caller may not open the socket.
    package static let forbidden = "forbidden"

    /// - Throws: ``RunAnswer/Refusal`` with the reason.
    package init(path: String) throws(RunAnswer.Refusal) {
        descriptor = postern_connect_packets(path, RunChannel.patienceSeconds)
        guard descriptor >= 0 else { throw RunChannel.unreachable(path, errno) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// What the agent's programs need to know.
    package func describe(_ agent: String) throws(RunAnswer.Refusal) -> RunDescription { try ask(.describe, agent) }

    /// What a program shows that has no network of its own; it holds for as long as this is kept.
    package func token(_ agent: String) throws(RunAnswer.Refusal) -> RunLoan { try ask(.token, agent) }

    private func ask<Answer: Decodable>(_ ask: RunRequest.Ask, _ agent: String) throws(RunAnswer.Refusal) -> Answer {
        let request = RunAnswer.encode(RunRequest(ask, agent: agent))
        // Whom it has no room for it refuses unasked, and closes the connection; what it said is there to be read.
        let isSent = postern_send(descriptor, request, request.count) == request.count
        var answer = [UInt8](repeating: 0, count: RunRequest.maxBytes)
        var count = recv(descriptor, &answer, answer.count, 0)
        // The daemon closed before it had read the question, and its answer is behind that news.
        if count < 0, errno == ECONNRESET { count = recv(descriptor, &answer, answer.count, 0) }
        guard count > 0 else {
            throw isSent
                ? RunAnswer.Refusal("no_answer", "posternd did not answer")
                : RunAnswer.Refusal("not_sent", "posternd closed the connection")
        }
        return try RunAnswer.decode(Array(answer[..<count]))
    }

    private static func unreachable(_ path: String, _ error: Int32) -> RunAnswer.Refusal {
        let reason = String(cString: strerror(error)).lowercased()
        let hint =
            switch error {
            case ENOENT, ECONNREFUSED:
                "start posternd (of a user: `posternd --user`), or name its socket: --socket PATH or POSTERN_RUN_SOCKET"
            case EACCES: "the socket is for others: ask whoever runs posternd"
            default: "is `[run] socket` of its configuration somewhere else?"
            }
        let code = error == EACCES ? forbidden : "unreachable"
        return RunAnswer.Refusal(code, "posternd cannot be reached at \(path): \(reason)", hint: hint)
    }
}

@available(*, unavailable)
extension RunChannel: Sendable {}
