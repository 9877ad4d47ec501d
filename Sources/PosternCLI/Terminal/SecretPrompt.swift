internal import Glibc
internal import PosternCommand
package import PosternCore

/// Asks a person for something that must not be seen.
package enum SecretPrompt {
    /// Asks twice, without an echo.
    package static func ask(for what: String) throws -> Secret {
        let first = try read("\(what): ")
        guard first.count > 0 else { throw CommandFailure("nothing was typed") }
        guard first.isEqual(to: try read("\(what), again: ")) else {
            throw CommandFailure("the two are not the same", hint: "nothing was stored; try again")
        }
        return first
    }

    private static func read(_ prompt: String) throws -> Secret {
        SecretBytes.forbidDumps()
        var before = termios()
        guard tcgetattr(STDIN_FILENO, &before) == 0 else { throw CommandFailure("standard input is not a terminal") }
        // Not the terminal's own line editing: it keeps 4095 bytes of a line, and a signal would leave it silent.
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO | ECHONL | ICANON | ISIG | IEXTEN)
        guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0 else {
            throw CommandFailure("the terminal cannot be silenced")
        }
        defer {
            tcsetattr(STDIN_FILENO, TCSADRAIN, &before)
            Output.writeError("\n")
        }
        Output.writeError(Printable.text(prompt))
        var line = SecretLine()
        while true {
            var byte: UInt8 = 0
            let count = Glibc.read(STDIN_FILENO, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count == 1 else { throw CommandFailure("the terminal was closed") }
            switch line.feed(byte) {
            case .more: continue
            case .done: return line.secret()
            case .interrupted: throw CommandFailure("interrupted, nothing was stored")
            case .tooLong: throw CommandFailure("more than \(SecretLine.maxBytes) bytes were typed")
            }
        }
    }
}
