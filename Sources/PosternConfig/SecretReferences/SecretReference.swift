/// Where a secret is to be found, as the configuration names it.
///
/// The secret itself never stands in the file.
enum SecretReference: Hashable {
    /// `env:NAME`: a variable of Postern's own environment.
    case environment(name: String)
    /// `file:/path`: a file that only Postern can read.
    case file(path: String)
    /// `credential:NAME`: a file that the service manager put into `$CREDENTIALS_DIRECTORY`.
    case credential(name: String)
    /// `exec:/path argument…`: what a program prints.
    case helper(arguments: [String])

    /// How a reference is written, for messages.
    static let forms = "`env:NAME`, `file:/path`, `credential:NAME` or `exec:/path arguments`"

    /// Reads a reference.
    ///
    /// No message repeats the text, which may be a secret in the wrong place.
    init(_ text: String) throws(Refusal) {
        guard let colon = text.firstIndex(of: ":") else { throw SecretReference.notAReference }
        let rest = String(text[text.index(after: colon)...])
        switch text[..<colon] {
        case "env":
            guard !rest.isEmpty, rest.utf8.allSatisfy(SecretReference.isVariableByte) else {
                throw Refusal("`env:` takes the name of an environment variable")
            }
            self = .environment(name: rest)
        case "file":
            guard rest.hasPrefix("/") else { throw Refusal("`file:` takes an absolute path") }
            self = .file(path: rest)
        case "credential":
            guard !rest.isEmpty, !rest.contains("/"), rest != ".", rest != ".." else {
                throw Refusal("`credential:` takes the name of a credential, without `/`")
            }
            self = .credential(name: rest)
        case "exec":
            let arguments = try SecretReference.split(rest)
            guard let program = arguments.first, program.hasPrefix("/") else {
                throw Refusal("`exec:` takes the absolute path of a program", hint: "no shell and no PATH are involved")
            }
            self = .helper(arguments: arguments)
        default:
            throw SecretReference.notAReference
        }
    }

    private static var notAReference: Refusal {
        Refusal("not a reference to a secret", hint: "write \(forms); the secret itself does not belong in this file")
    }

    private static func isVariableByte(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    /// Splits a command at spaces.
    ///
    /// Double quotes hold spaces together and are removed; nothing else is special.
    private static func split(_ command: String) throws(Refusal) -> [String] {
        var arguments: [String] = []
        var current: String?
        var isQuoted = false
        for character in command {
            switch character {
            case "\"":
                isQuoted.toggle()
                current = current ?? ""
            case " " where !isQuoted:
                if let argument = current { arguments.append(argument) }
                current = nil
            default:
                current = (current ?? "") + String(character)
            }
        }
        guard !isQuoted else { throw Refusal("`exec:` has a quote that is not closed") }
        if let argument = current { arguments.append(argument) }
        return arguments
    }
}
