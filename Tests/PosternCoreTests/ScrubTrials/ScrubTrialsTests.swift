import Foundation
import PosternTestSupport
import Testing

private let shards = 8
/// With this many answers for one credential, whose forms take longer to derive than an answer to check.
private let answers = 20

private let answersInAll = ProcessInfo.processInfo.environment["POSTERN_SCRUB_TRIALS"].flatMap { Int($0) } ?? 100_000

@Suite("Scrubbing as a whole")
struct ScrubTrialsTests {
    @Test(
        "no secret leaks and no byte beside it changes, however it is written, coded, cut and carried",
        arguments: 0..<shards
    )
    func trials(shard: Int) throws {
        var problems: [String] = []
        for round in 0..<max(1, answersInAll / shards / answers) {
            var random = SplitMix64(seed: UInt64(round * shards + shard))
            let trial = try ScrubTrial(&random)
            for _ in 0..<answers {
                if let problem = trial.run(&random) { problems.append("round \(round): \(problem)") }
            }
            if problems.count > 20 { break }
        }
        #expect(problems.isEmpty, "\(problems.joined(separator: "\n"))")
    }
}
