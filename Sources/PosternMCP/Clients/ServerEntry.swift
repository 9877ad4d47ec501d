/// A server as a file declares it.
package struct ServerEntry: Sendable {
    /// A program that speaks over its standard input and output.
    package struct Program: Sendable {
        /// The program and its arguments, each with its place.
        let words: [Word]
        /// The list that the words are in; `nil` where the program is a text of its own.
        let wordList: [PathStep]?
        /// The table that names the program.
        let table: [PathStep]
        /// The member that names it.
        let commandName: String
        /// The list of arguments; `nil` if there is none.
        let argumentList: [PathStep]?
        let environment: [Word]
    }

    /// A server that is called over HTTP.
    package struct Remote: Sendable {
        let url: Word
        let headers: [Word]
        let isEventStream: Bool
    }

    /// A text, where it stands, and by what name.
    struct Word: Sendable {
        let name: String
        let path: [PathStep]
        let text: String
    }

    /// What it is.
    package enum Kind: Sendable {
        case program(Program)
        case remote(Remote)
        case notUnderstood(String)
    }

    package let name: String
    /// The table or tables above it, such as `projects./home/u/x`, where a file has several groups; else empty.
    package let group: String
    let path: [PathStep]
    package let kind: Kind
    /// A file of variables that the client reads for it.
    let environmentFile: String?

    init(name: String, group: [String], value: SpannedValue) {
        self.name = name
        self.group = group.count > 1 ? group.dropLast().joined(separator: ".") : ""
        path = (group + [name]).map { .member($0) }
        environmentFile = (try? value.member("envFile"))?.value.text
        do throws(DocumentFault) {
            guard value.members != nil else { throw DocumentFault("it is not a table") }
            guard !value.hasRepeatedNames else { throw DocumentFault("two members of one name") }
            kind = try ServerEntry.kind(of: value, at: path)
        } catch {
            kind = .notUnderstood(error.reason)
        }
    }

    private static func kind(of value: SpannedValue, at path: [PathStep]) throws(DocumentFault) -> Kind {
        if let command = try value.member("command") {
            let place = path + [.member("command")]
            if command.value.members != nil {
                // As Zed wrote it before 2025: { "path": …, "args": …, "env": … }.
                guard let program = try command.value.member("path"), let text = program.value.text else {
                    throw DocumentFault("`command` names no program")
                }
                return .program(try Program(text, named: "path", in: command.value, at: place))
            }
            if let words = command.value.elements {
                return .program(try Program(words: words, in: value, at: path))
            }
            guard let text = command.value.text else { throw DocumentFault("`command` is neither text nor a list") }
            return .program(try Program(text, named: "command", in: value, at: path))
        }
        for name in ["url", "httpUrl", "serverUrl"] {
            guard let member = try value.member(name) else { continue }
            guard let text = member.value.text else { throw DocumentFault("`\(name)` is not text") }
            let isEventStream = try value.member("type")?.value.text == "sse" || text.hasSuffix("/sse")
            var headers: [Word] = []
            for table in ["headers", "http_headers"] { headers += try words(table, in: value, at: path) }
            let word = Word(name: name, path: path + [.member(name)], text: text)
            return .remote(Remote(url: word, headers: headers, isEventStream: isEventStream))
        }
        throw DocumentFault("it has neither `command` nor `url`")
    }

    /// The texts of a table of an entry.
    fileprivate static func words(
        _ table: String,
        in value: SpannedValue,
        at path: [PathStep]
    ) throws(DocumentFault) -> [Word] {
        guard let member = try value.member(table) else { return [] }
        guard let members = member.value.members else { throw DocumentFault("`\(table)` is not a table") }
        return members.compactMap { inner in
            inner.value.text.map {
                Word(name: inner.name, path: path + [.member(table), .member(inner.name)], text: $0)
            }
        }
    }
}

extension ServerEntry.Program {
    /// A program with a list of arguments beside it.
    fileprivate init(
        _ command: String,
        named name: String,
        in value: SpannedValue,
        at path: [PathStep]
    ) throws(DocumentFault) {
        let list = path + [.member("args")]
        var words = [ServerEntry.Word(name: name, path: path + [.member(name)], text: command)]
        let arguments = try value.member("args")
        if let arguments {
            guard let elements = arguments.value.elements else { throw DocumentFault("`args` is not a list") }
            words += try ServerEntry.Program.words(elements, at: list)
        }
        self.words = words
        wordList = nil
        table = path
        commandName = name
        argumentList = arguments == nil ? nil : list
        environment = try ServerEntry.Program.environment(in: value, at: path)
    }

    /// A program that is the first of a list, as opencode has it.
    fileprivate init(words elements: [SpannedValue], in value: SpannedValue, at path: [PathStep]) throws(DocumentFault)
    {
        let list = path + [.member("command")]
        words = try ServerEntry.Program.words(elements, at: list)
        guard !words.isEmpty else { throw DocumentFault("`command` is empty") }
        wordList = list
        table = path
        commandName = "command"
        argumentList = nil
        environment = try ServerEntry.Program.environment(in: value, at: path)
    }

    private static func words(_ elements: [SpannedValue], at list: [PathStep]) throws(DocumentFault) -> [ServerEntry
        .Word]
    {
        var words: [ServerEntry.Word] = []
        for (index, element) in elements.enumerated() {
            guard let text = element.text else { throw DocumentFault("an argument is not text") }
            words.append(ServerEntry.Word(name: String(index), path: list + [.index(index)], text: text))
        }
        return words
    }

    private static func environment(in value: SpannedValue, at path: [PathStep]) throws(DocumentFault) -> [ServerEntry
        .Word]
    {
        var words: [ServerEntry.Word] = []
        for table in ["env", "environment"] { words += try ServerEntry.words(table, in: value, at: path) }
        return words
    }

    /// The name of the program without its directory.
    var commandBase: String { String(words[0].text.split(separator: "/").last ?? "") }

    /// The agent as which `postern run` runs it already; `nil` if it does not.
    package var agent: String? {
        guard commandBase == "postern", words.count > 1, words[1].text == "run" else { return nil }
        for (index, word) in words.enumerated().dropFirst(2) {
            if word.text == "--" { return "" }
            if word.text == "--agent", index + 1 < words.count { return words[index + 1].text }
            if word.text.hasPrefix("--agent=") { return String(word.text.dropFirst("--agent=".count)) }
        }
        return ""
    }

    /// The edits by which `postern run`, which runs it already, passes on variables that it does not yet.
    func passing(_ variables: [String]) -> [DocumentEdit] {
        guard let end = words.firstIndex(where: { $0.text == "--" }), let list = wordList ?? argumentList,
            case .index(let index)? = words[end].path.last
        else { return [] }
        let missing = variables.filter { name in
            !words[..<end].contains { $0.text == name || $0.text == "--env=\(name)" }
        }
        return missing.isEmpty ? [] : [.insert(into: list, at: index, missing.flatMap { ["--env", $0] })]
    }

    /// The words from the server's own program on, whoever runs it.
    var ownWords: ArraySlice<ServerEntry.Word> {
        guard agent != nil, let end = words.firstIndex(where: { $0.text == "--" }) else { return words[...] }
        return words[(end + 1)...]
    }

    /// Whether it has a container made: that is a child of the container service, not of whoever calls.
    var isContainer: Bool {
        let own = Array(ownWords)
        guard let first = own.first else { return false }
        let base = first.text.split(separator: "/").last ?? ""
        return (base == "docker" || base == "podman" || base == "nerdctl")
            && own.dropFirst().contains { $0.text == "run" }
    }

    /// The program and arguments that make `postern run` run it.
    ///
    /// `variables` are passed on although they look like secrets of the caller's: the entry sets them.
    func wrapped(as agent: String, passing variables: [String]) -> [DocumentEdit] {
        let before = ["run", "--agent", agent] + variables.flatMap { ["--env", $0] } + ["--"]
        if let wordList { return [.insert(into: wordList, at: 0, ["postern"] + before)] }
        let command = DocumentEdit.text(at: words[0].path, "postern")
        guard let argumentList else {
            return [command, .addList(in: table, name: "args", beside: commandName, before + [words[0].text])]
        }
        return [command, .insert(into: argumentList, at: 0, before + [words[0].text])]
    }
}
