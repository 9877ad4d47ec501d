internal import Glibc
internal import PosternCommand
internal import PosternSandbox

/// Whether an agent of the running daemon can be started by this user.
struct AgentCheck {
    private static let patienceSeconds = 20

    let installation: Installation
    let agent: String

    func finding() -> Finding {
        let name = "agent \(agent)"
        guard let socket = installation.runSocket else {
            return .fail(name, "`[run] socket` is \"off\"", fix: "set it")
        }
        do {
            let description = try RunChannel(path: socket).describe(agent)
            let scratch = try ScratchDirectory()
            let log = open("\(scratch.path)/log", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard log >= 0 else { throw CommandFailure.system("cannot write in \(scratch.path)") }
            defer { close(log) }
            let postern = try ProgramFile.find("postern", environment: installation.environment)
            let words = [postern, "run", "--socket", socket, "--agent", agent, "--", "true"]
            let program = try ChildProgram(
                words,
                environment: installation.environment,
                directory: scratch.work,
                output: log,
                error: log
            )
            guard try program.wait(seconds: AgentCheck.patienceSeconds, unless: Interruption()) == .exited(0) else {
                let said = scratch.text(of: "log").split(separator: "\n").first.map(String.init)
                return .fail(
                    name,
                    said ?? "a program cannot be started as it",
                    fix: "postern run --agent \(agent) -- true"
                )
            }
            let count = description.placeholders.count
            return .ok(name, "programs start as it, with \(count) placeholder\(count == 1 ? "" : "s")")
        } catch let refusal as RunAnswer.Refusal {
            return .fail(name, refusal.message, fix: refusal.hint)
        } catch {
            return .fail(name, CommandFailure(error).message, fix: nil)
        }
    }
}
