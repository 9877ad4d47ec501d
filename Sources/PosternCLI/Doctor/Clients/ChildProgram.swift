internal import CLinux
internal import Glibc
internal import PosternCommand

/// A program that was started with its standard streams in files or pipes, and that is ended with all it started.
final class ChildProgram {
    /// How it ended.
    enum Ending: Hashable, Sendable {
        case exited(Int32)
        case killed(signal: Int32)
        /// It had to be killed.
        case tooLate
    }

    private static let intervalMilliseconds: CInt = 10

    let process: pid_t
    private var ending: Ending?

    /// Starts it in `directory`; the first word is its path.
    ///
    /// `input` is /dev/null if it is `nil`.
    init(
        _ words: [String],
        environment: [String: String],
        directory: String,
        input: CInt? = nil,
        output: CInt,
        error: CInt
    ) throws(CommandFailure) {
        let none = open("/dev/null", O_RDONLY | O_CLOEXEC)
        defer { close(none) }
        let arguments = words.map { strdup($0) } + [nil]
        let variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for piece in arguments + variables { free(piece) } }
        process = arguments.withUnsafeBufferPointer { arguments in
            variables.withUnsafeBufferPointer { variables in
                directory.withCString { directory in
                    var program = postern_program(
                        arguments: arguments.baseAddress,
                        environment: variables.baseAddress,
                        directory: directory,
                        input: input ?? none,
                        output: output,
                        error: error
                    )
                    return postern_start_program(&program)
                }
            }
        }
        guard process > 0 else { throw .system("cannot start \(words[0])") }
    }

    // Where nothing was started, -1 would be signalled and waited for: whatever there is.
    deinit { if process > 0 { end() } }

    /// Whether it still runs.
    var isRunning: Bool {
        guard ending == nil else { return false }
        // It stays a process that has ended, whose group's number nobody else can have.
        var seen = siginfo_t()
        return waitid(P_PID, id_t(process), &seen, WEXITED | WNOHANG | WNOWAIT) == 0 && seen.si_signo == 0
    }

    /// Waits for its end, then ends what it left running.
    func wait(seconds: Int, unless interruption: Interruption) throws(CommandFailure) -> Ending {
        let deadline = postern_monotonic_ns() + UInt64(seconds) * 1_000_000_000
        while isRunning, postern_monotonic_ns() < deadline {
            try interruption.pause(milliseconds: ChildProgram.intervalMilliseconds)
        }
        let isLate = isRunning
        let ending = end()
        return isLate ? .tooLate : ending
    }

    /// Kills it, if it still runs, and all that it started in its group.
    @discardableResult
    func end() -> Ending {
        if let ending { return ending }
        kill(-process, SIGKILL)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        // As WIFSIGNALED and WEXITSTATUS have it.
        let signal = status & 0x7f
        let ending = signal == 0 ? Ending.exited((status >> 8) & 0xff) : .killed(signal: signal)
        self.ending = ending
        return ending
    }
}

/// What ends a run early: SIGINT, SIGTERM or SIGHUP, after which what was made is still taken away.
final class Interruption {
    private let descriptor = postern_signal_descriptor()

    deinit { close(descriptor) }

    /// Waits a little.
    ///
    /// - Throws: a failure if it is over.
    func pause(milliseconds: CInt) throws(CommandFailure) {
        if postern_wait_for_signal(descriptor, milliseconds) != 0 { throw CommandFailure("interrupted") }
    }
}
