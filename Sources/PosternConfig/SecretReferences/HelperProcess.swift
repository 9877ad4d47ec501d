internal import CLinux
internal import Glibc

/// A running helper: its process group and the pipe from its standard output.
struct HelperProcess: ~Copyable {
    /// What came of reading its output.
    enum Reading {
        case complete([UInt8])
        case tooMuch
        case tooLate
        case failed(Int32)
    }

    /// How it ended.
    enum End {
        case exited(Int32)
        case signalled(Int32)
        case tooLate
    }

    private let id: pid_t
    private let output: Int32
    private var isReaped = false

    /// Starts `arguments[0]` with the rest as its arguments.
    init(arguments: [String]) throws(Refusal) {
        var spawned = postern_helper()
        let pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        let error = postern_spawn_helper(pointers, &spawned)
        guard error == 0 else {
            throw Refusal("\(arguments.first ?? "") cannot be run: \(SystemError.text(error))")
        }
        id = spawned.pid
        output = spawned.output
    }

    deinit {
        close(output)
        if !isReaped { HelperProcess.killAndReap(id) }
    }

    /// Reads until the helper, and whoever it passed its output to, closes it.
    func readOutput(maxBytes: Int, until end: ContinuousClock.Instant) -> Reading {
        // One buffer of full size, so that growth leaves no copy of a secret behind.
        var bytes = [UInt8](repeating: 0, count: maxBytes + 1)
        var length = 0
        while true {
            let remaining = HelperProcess.milliseconds(until: end)
            guard remaining > 0 else { return .tooLate }
            var interest = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
            let ready = poll(&interest, 1, remaining)
            if ready < 0, errno != EINTR { return .failed(errno) }
            guard ready > 0 else { continue }
            let count = bytes.withUnsafeMutableBytes { buffer in
                read(output, buffer.baseAddress?.advanced(by: length), buffer.count - length)
            }
            if count < 0, errno != EINTR { return .failed(errno) }
            if count == 0 { break }
            length += max(count, 0)
            if length > maxBytes { return .tooMuch }
        }
        bytes.removeLast(bytes.count - length)
        return .complete(bytes)
    }

    /// Waits for the end of a helper that has closed its output.
    mutating func wait(until end: ContinuousClock.Instant) -> End {
        while true {
            var status: Int32 = 0
            let reaped = waitpid(id, &status, WNOHANG)
            if reaped == id {
                isReaped = true
                let signal = status & 0x7f
                return signal == 0 ? .exited((status >> 8) & 0xff) : .signalled(signal)
            }
            // Somebody else's wait took it (SIGCHLD ignored): how it ended is not known, so it did not succeed.
            if reaped < 0, errno != EINTR {
                isReaped = true
                return .exited(-1)
            }
            guard HelperProcess.milliseconds(until: end) > 0 else {
                kill()
                return .tooLate
            }
            usleep(2_000)
        }
    }

    /// Ends it and all that it has started.
    mutating func kill() {
        HelperProcess.killAndReap(id)
        isReaped = true
    }

    private static func killAndReap(_ id: pid_t) {
        // It leads a process group of its own; children that left the group live on, without the pipe's reader.
        _ = Glibc.kill(-id, SIGKILL)
        _ = Glibc.kill(id, SIGKILL)
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0, errno == EINTR {}
    }

    private static func milliseconds(until end: ContinuousClock.Instant) -> Int32 {
        let left = (end - ContinuousClock.now) / Duration.milliseconds(1)
        return Int32(max(0, min(left.rounded(.up), 60_000)))
    }
}
