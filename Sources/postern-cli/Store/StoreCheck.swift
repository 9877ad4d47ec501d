import ArgumentParser
import PosternCLI
import PosternCommand
import PosternControl

struct StoreCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Look for damage in the store, and for rows that were changed by hand."
    )

    @OptionGroup var control: ControlOptions

    func run() throws {
        let session = control.session
        let answer: StoreCheckAnswer = try session.call(.post, "/v1/store/check")
        let count = answer.problems.count
        try session.done(answer, count == 0 ? "the store is sound" : "the store is damaged")
        guard count > 0 else { return }
        if !control.json { Output.write(answer.problems.map { Printable.text($0) + "\n" }.joined()) }
        throw CommandFailure(
            "\(count) problem\(count == 1 ? "" : "s") in the store",
            hint: "restore the state directory from a backup"
        )
    }
}
