internal import Glibc
internal import PosternCommand

/// The person's side of a command.
package enum Terminal {
    /// Whether there is somebody to ask: what is typed comes from a terminal, and questions go to one.
    package static var isInteractive: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

    /// Whether standard input is a terminal rather than a file or a pipe.
    package static var isInputTyped: Bool { isatty(STDIN_FILENO) == 1 }

    /// Whether standard output is read by a person.
    package static var isOutputShown: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Asks a question, and whether the answer began with yes.
    package static func confirms(_ question: String) -> Bool {
        Output.writeError("\(Printable.text(question)) [y/N] ")
        guard let answer = readLine()?.lowercased() else { return false }
        return answer == "y" || answer == "yes"
    }
}
