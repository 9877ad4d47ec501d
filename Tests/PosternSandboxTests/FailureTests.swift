import CSandbox
import Glibc
import PosternTestSupport
import Testing

@testable import PosternSandbox

private func plan(_ program: String = "claude") -> SandboxStart.Plan {
    let caller = SandboxFiles.Caller(userID: 1000, homes: [], directory: "/srv/work", variables: [:])
    return SandboxStart.Plan(
        agent: "bot",
        port: 3128,
        isTransparent: false,
        files: SandboxFiles(
            for: caller,
            hidden: [],
            sockets: [],
            bundle: nil,
            standIns: [],
            kept: [("/nowhere", false)]
        ),
        environment: [:],
        directory: "/srv/work",
        command: [program, "-x"]
    )
}

private func failure(
    _ step: postern_sandbox_step,
    _ error: CInt,
    mount: Int = 0,
    answer: [UInt8] = [],
    program: String = "claude"
) -> SandboxFailure {
    var found = postern_sandbox_failure()
    found.step = step
    found.error = error
    found.mount = mount
    found.answer_length = answer.count
    withUnsafeMutableBytes(of: &found.answer) { $0.copyBytes(from: answer.prefix($0.count)) }
    return SandboxFailure(found, plan(program))
}

@Suite("Why a sandbox could not be started")
struct FailureTests {
    @Test(
        "a program's own failures have the status that shells give them",
        arguments: [
            (ENOENT, "claude", 127, "claude: command not found", nil),
            (ENOENT, "/srv/x", 127, "/srv/x: command not found", nil),
            (ENOENT, "/tmp/x", 127, "/tmp/x: command not found", "its directory is empty inside: add --ro /tmp/x"),
            (EACCES, "./x", 126, "./x cannot be executed: permission denied", nil),
            (ENOEXEC, "/tmp/x", 126, "/tmp/x cannot be executed: exec format error", nil),
        ] as [(CInt, String, Int32, String, String?)]
    )
    func execution(error: CInt, program: String, status: Int32, message: String, hint: String?) {
        let failure = failure(POSTERN_STEP_EXECUTE, error, program: program)
        #expect(failure.status == status && failure.message == message && failure.hint == hint)
    }

    @Test("every other step is the wrapper's own failure, and has its words")
    func steps() {
        let steps = [
            POSTERN_STEP_FORK, POSTERN_STEP_NAMESPACES, POSTERN_STEP_USER_MAP, POSTERN_STEP_LOOPBACK,
            POSTERN_STEP_ROUTE, POSTERN_STEP_LISTEN, POSTERN_STEP_REGISTER, POSTERN_STEP_MOUNT,
            POSTERN_STEP_PRIVILEGES, POSTERN_STEP_DIRECTORY,
        ]
        let failures = steps.map { failure($0, EPERM) }
        for failure in failures {
            #expect(failure.status == 125 && failure.message.contains("operation not permitted"))
        }
        #expect(Set(failures.map(\.message)).count == steps.count)
    }

    @Test("a mount that failed is named")
    func mounts() throws {
        let last = plan().files.mounts.count - 1
        let found = failure(POSTERN_STEP_MOUNT, ENOENT, mount: last)
        #expect(found.message == "/nowhere cannot be arranged inside: no such file or directory")
        #expect(found.hint == "--bind and --ro take what is there")
        #expect(failure(POSTERN_STEP_MOUNT, EPERM, mount: last + 1).message.hasPrefix("/ cannot be arranged"))
        #expect(failure(POSTERN_STEP_MOUNT, EPERM, mount: 0).hint == nil)
    }

    @Test("a directory that is hidden inside is named")
    func directory() {
        let found = failure(POSTERN_STEP_DIRECTORY, ENOENT)
        #expect(found.message == "/srv/work is not there inside: no such file or directory")
        #expect(found.hint == "go to another directory, or add --bind /srv/work")
    }

    @Test("the daemon's own words are passed on")
    func refusals() {
        let words = RunAnswer.encode(RunAnswer.Refusal("agent_paused", "the agent is paused", hint: "resume it"))
        let found = failure(POSTERN_STEP_REFUSED, 0, answer: words)
        #expect(found.message == "the agent is paused" && found.hint == "resume it" && found.status == 125)
    }

    @Test("an answer that is none, or longer than there is room for, is no crash")
    func rubbish() {
        var random = SplitMix64(seed: 63)
        for length in [0, 1, 2047, 2048, 2049, 100_000] {
            let bytes = (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            #expect(failure(POSTERN_STEP_REFUSED, 0, answer: bytes).message.contains("does not understand"))
        }
    }

    @Test("an obstacle says what to do", arguments: [EPERM, ENOSPC, EINVAL, EUSERS])
    func obstacles(error: CInt) {
        let obstacle = SandboxObstacle(error: error)
        #expect(obstacle.message.hasPrefix("this system does not let you make namespaces ("))
        #expect(!obstacle.hint.isEmpty)
        let failure = failure(POSTERN_STEP_NAMESPACES, error)
        #expect(failure.message == obstacle.message && failure.hint == obstacle.hint)
    }
}
