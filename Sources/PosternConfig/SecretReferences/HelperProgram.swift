internal import CLinux
internal import Glibc

/// Runs a program that prints a secret.
///
/// The arguments come from the configuration alone and no shell reads them. The program gets no environment of ours
/// but a PATH, no descriptor of ours, a deadline and a limit to what it may print.
struct HelperProgram {
    /// The absolute path of the program and its arguments.
    let arguments: [String]
    /// How long it may run.
    var deadline: Duration = .seconds(10)

    private var path: String { arguments.first ?? "" }

    /// Runs it and returns what it printed to standard output.
    func output(maxBytes: Int) throws(Refusal) -> [UInt8] {
        try checkProgram()
        var process = try HelperProcess(arguments: arguments)
        let end = ContinuousClock.now + deadline
        let outcome = process.readOutput(maxBytes: maxBytes, until: end)
        var bytes: [UInt8]
        switch outcome {
        case .complete(let output): bytes = output
        case .tooMuch:
            process.kill()
            throw Refusal("\(path) printed more than \(maxBytes) bytes")
        case .tooLate:
            process.kill()
            throw Refusal("\(path) did not finish within \(deadline.components.seconds) s")
        case .failed(let error):
            process.kill()
            throw Refusal("the output of \(path) cannot be read: \(SystemError.text(error))")
        }
        let failure: String?
        switch process.wait(until: end) {
        case .exited(0): failure = nil
        case .exited(let code): failure = "\(path) failed with exit status \(code)"
        case .signalled(let number): failure = "\(path) was ended by signal \(number)"
        case .tooLate: failure = "\(path) did not finish within \(deadline.components.seconds) s"
        }
        if let failure {
            bytes.withUnsafeMutableBytes { postern_explicit_bzero($0.baseAddress, $0.count) }
            throw Refusal(failure, hint: "its standard error is discarded; run it by hand to see why")
        }
        return bytes
    }

    /// A program that others can write is theirs, not the operator's.
    private func checkProgram() throws(Refusal) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw Refusal("\(path) cannot be run: \(SystemError.text(errno))") }
        guard status.st_mode & S_IFMT == S_IFREG, access(path, X_OK) == 0 else {
            throw Refusal("\(path) is not an executable file")
        }
        try FileOwner.check(status, path: path)
        let mode = status.st_mode & 0o7777
        guard mode & 0o022 == 0 else {
            throw Refusal(
                "\(path) is writable by others (mode \(FileOwner.octal(mode)))",
                hint: "chmod go-w \(path)"
            )
        }
    }
}
