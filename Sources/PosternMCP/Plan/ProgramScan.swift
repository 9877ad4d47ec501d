/// Searches the environment and the arguments of a program.
struct ProgramScan {
    private let program: ServerEntry.Program
    /// The host that a bridge such as `mcp-remote` calls, whose headers stand among its arguments.
    private let bridged: HTTPAddress?
    private var scan: EntryScan

    static func run(_ program: ServerEntry.Program, judge: ValueJudge) -> EntryScan {
        var search = ProgramScan(program: program, judge: judge)
        search.scanArguments()
        search.scanEnvironment()
        return search.scan
    }

    private init(program: ServerEntry.Program, judge: ValueJudge) {
        self.program = program
        scan = EntryScan(judge: judge)
        let words = program.ownWords.map(\.text)
        let isBridge = words.contains { $0 == "mcp-remote" || $0.hasPrefix("mcp-remote@") || $0 == "mcp-proxy" }
        let addresses = words.compactMap { HTTPAddress($0) }
        bridged = isBridge && addresses.count == 1 ? addresses.first : nil
    }

    private mutating func scanEnvironment() {
        let headers = headersOfVariables()
        for word in program.environment {
            let place = "env \(word.name)"
            if let header = headers[word.name], let bridged {
                let scheme = String(decoding: word.text.utf8.prefix(TextShape.schemeLength(word.text)), as: UTF8.self)
                let form = HostCredential.Place.header(header.name, prefix: header.prefix + scheme)
                scan.scan(word, name: word.name, place: place, host: HostCredential(address: bridged, place: form))
            } else {
                scan.scan(word, name: word.name, place: place)
            }
        }
    }

    /// Headers among the arguments that are made of a variable: `--header "Authorization: Bearer ${TOKEN}"`.
    private func headersOfVariables() -> [String: (name: String, prefix: String)] {
        var found: [String: (String, String)] = [:]
        for word in program.ownWords {
            guard let match = word.text.wholeMatch(of: /([A-Za-z0-9-]+): ?([A-Za-z]* ?)\$\{([A-Za-z0-9_]+)\}/) else {
                continue
            }
            found[String(match.output.3)] = (String(match.output.1), String(match.output.2))
        }
        return found
    }

    private mutating func scanArguments() {
        let words = Array(program.ownWords)
        for (index, word) in words.enumerated().dropFirst() {
            let previous = words[index - 1].text
            if program.isContainer, previous == "-e" || previous == "--env" {
                scanAssignment(word, from: 0, place: previous)
            } else if program.isContainer, word.text.hasPrefix("--env=") {
                scanAssignment(word, from: 6, place: "--env")
            } else if previous == "--header" || previous == "-H" {
                scanHeader(word, from: 0)
            } else if word.text.hasPrefix("-") {
                scanFlag(word)
            } else if previous.hasPrefix("--"), !previous.contains("="), SecretNames.areSecret(previous) {
                scan.scan(word, name: SecretNames.variable(previous), place: "argument \(previous)")
            } else if word.text.wholeMatch(of: /[A-Z][A-Z0-9_]*=.*/) != nil {
                scanAssignment(word, from: 0, place: nil)
            } else {
                scan.scan(word, name: "", place: "argument \(index)")
            }
        }
    }

    /// `--api-key=VALUE`, `--header=NAME: VALUE`.
    private mutating func scanFlag(_ word: ServerEntry.Word) {
        guard let sign = word.text.utf8.firstIndex(of: UInt8(ascii: "=")) else { return }
        let flag = String(word.text[..<sign])
        let start = word.text.utf8.distance(from: word.text.startIndex, to: sign) + 1
        if flag == "--header" || flag == "-H" { return scanHeader(word, from: start) }
        scan.scan(word, from: start, name: SecretNames.variable(flag), place: "argument \(flag)")
    }

    /// `NAME=VALUE`, of a container or of `env`.
    private mutating func scanAssignment(_ word: ServerEntry.Word, from start: Int, place: String?) {
        let text = word.text.utf8.dropFirst(start)
        guard let sign = text.firstIndex(of: UInt8(ascii: "=")) else { return }
        let name = String(decoding: text[..<sign], as: UTF8.self)
        let valueStart = word.text.utf8.distance(from: word.text.startIndex, to: sign) + 1
        scan.scan(word, from: valueStart, name: name, place: "argument \(place.map { "\($0) " } ?? "")\(name)")
    }

    /// `NAME: VALUE`, of a bridge.
    private mutating func scanHeader(_ word: ServerEntry.Word, from start: Int) {
        let text = word.text.utf8.dropFirst(start)
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else { return }
        let header = String(decoding: text[..<colon], as: UTF8.self)
        let after = text[text.index(after: colon)...]
        let value = after.firstIndex { $0 != 0x20 } ?? after.endIndex
        let valueStart = word.text.utf8.distance(from: word.text.startIndex, to: value)
        scan.scanHeader(word, header: header, from: valueStart, place: "argument --header \(header)", host: bridged)
    }
}
