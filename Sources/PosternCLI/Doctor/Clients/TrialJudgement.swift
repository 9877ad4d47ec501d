internal import PosternControl

/// What one start of a client came to.
enum TrialResult: Hashable, Sendable {
    case proven
    /// Why it is not.
    case failed(String)
}

/// Judges a trial by what the origin saw and what the client printed; what the client says of itself counts for nothing.
struct TrialJudgement {
    /// What every placeholder holds.
    private static let mark = "postern-placeholder"

    /// The field's value that is to be injected.
    let credential: String
    /// Seconds that the client had.
    let patience: Int

    /// Judges how a client ended, with the origin's record of its trial.
    func result(
        _ ending: ChildProgram.Ending,
        output: String,
        errors: String,
        requests: [Origin.Request]
    ) -> TrialResult {
        for request in requests {
            let given = request.head.split(separator: "\r\n").dropFirst().compactMap(TrialJudgement.authorization)
            guard given == [credential] else {
                return .failed("its request reached the origin without the credential")
            }
            if request.head.contains(TrialJudgement.mark) {
                return .failed("its request reached the origin with the placeholder")
            }
        }
        switch ending {
        case .tooLate: return .failed("it did not end within \(patience) seconds" + said(errors))
        case .killed(let signal): return .failed("signal \(signal) ended it" + said(errors))
        case .exited(0) where requests.isEmpty: return .failed("it asked for nothing" + said(errors))
        case .exited(0): break
        case .exited(let status): return .failed(words(errors) ?? "it ended with status \(status)")
        }
        guard let nonce = requests.last?.nonce, output.contains(nonce) else {
            return .failed("it did not print what the origin answered" + said(errors))
        }
        return .proven
    }

    /// The value of a field, if it is `Authorization`.
    private static func authorization(_ field: Substring) -> String? {
        guard let colon = field.firstIndex(of: ":"), field[..<colon].lowercased() == "authorization" else { return nil }
        return String(field[field.index(after: colon)...].drop { $0 == " " })
    }

    private func said(_ errors: String) -> String { words(errors).map { ": \($0)" } ?? "" }

    /// The line of what a client complains that says most: one that names an error, else the last.
    private func words(_ errors: String) -> String? {
        let lines = errors.split(whereSeparator: \.isNewline).map { $0.drop(while: \.isWhitespace) }
            .filter { !$0.isEmpty }
        let telling = lines.last { line in
            let text = line.lowercased()
            return ["error", "exception", "failed", "cannot", "could not", "refused", "unable"]
                .contains { text.contains($0) }
        }
        return (telling ?? lines.last).map { String($0.prefix(160)) }
    }
}
