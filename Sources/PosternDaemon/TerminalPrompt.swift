internal import CLinux
internal import Glibc
internal import PosternCore

/// Asks whoever started the daemon, without showing what is typed.
enum TerminalPrompt {
    private static let maxBytes = 1024

    /// Asks for one line on the controlling terminal.
    ///
    /// - Throws: ``NoTerminal`` where there is none to ask on.
    static func secret(_ question: String) throws -> Secret {
        let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard terminal >= 0 else { throw NoTerminal() }
        defer { close(terminal) }
        // In the background of a terminal, reading fails where it would stop the process.
        signal(SIGTTOU, SIG_IGN)
        signal(SIGTTIN, SIG_IGN)
        var shown = termios()
        guard tcgetattr(terminal, &shown) == 0 else { throw NoTerminal() }
        var hidden = shown
        hidden.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(terminal, TCSAFLUSH, &hidden)
        defer { tcsetattr(terminal, TCSAFLUSH, &shown) }
        _ = Array(question.utf8).withUnsafeBytes { write(terminal, $0.baseAddress, $0.count) }
        var line = [UInt8](repeating: 0, count: maxBytes)
        defer { line.withUnsafeMutableBytes { postern_explicit_bzero($0.baseAddress, $0.count) } }
        let count = line.withUnsafeMutableBytes { read(terminal, $0.baseAddress, $0.count) }
        _ = write(terminal, "\n", 1)
        guard count > 0 else { throw NoTerminal() }
        return Secret(line[..<count].prefix { $0 != 0x0a })
    }

    struct NoTerminal: Error, CustomStringConvertible {
        let description =
            "there is no terminal to ask for the passphrase on; name where it is with `passphrase` in [store]"
    }
}
