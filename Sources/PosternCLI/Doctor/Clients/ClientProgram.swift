/// A program that agents use, and how it is made to ask for one URL.
///
/// It is started with `DOCTOR_URL`, which is `DOCTOR_ORIGIN` with a path for `DOCTOR_TRIAL`, and has to print what it is
/// answered. `OPENAI_API_KEY` is the placeholder that `postern run` gives it.
struct ClientProgram: Sendable {
    /// What helps where nothing else does.
    struct Remedy: Sendable {
        /// What a person is told that it needs.
        let needs: String
        let variables: [String: String]
        let isTransparent: Bool
        /// How to come to it.
        let fix: String
    }

    /// What people call it.
    let name: String
    /// What has to be in PATH.
    let program: String
    /// What has to end well for it to be there; `nil` if the program is enough.
    var presence: [String]?
    /// The program's arguments, or those of a shell.
    let words: [String]
    /// A file that they name.
    var file: (name: String, contents: String)?
    var remedy: Remedy?

    /// A program that is told by the arguments of a shell's command.
    static func command(_ name: String, _ program: String, _ script: String) -> ClientProgram {
        ClientProgram(name: name, program: program, words: ["sh", "-c", "exec " + script])
    }

    /// A script for an interpreter.
    static func script(
        _ name: String,
        _ program: String,
        _ arguments: [String] = [],
        presence: [String]? = nil,
        in file: String,
        _ contents: String
    ) -> ClientProgram {
        ClientProgram(
            name: name,
            program: program,
            presence: presence.map { [program] + $0 },
            words: [program] + arguments + [file],
            file: (file, contents)
        )
    }
}
