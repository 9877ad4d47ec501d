internal import PosternCore

/// What was found in the texts of one entry.
struct EntryScan {
    let judge: ValueJudge
    private(set) var secrets: [FoundSecret] = []
    private(set) var left: [LeftText] = []

    init(judge: ValueJudge) { self.judge = judge }

    /// Judges a value, or the part of a text from `start` on.
    mutating func scan(
        _ word: ServerEntry.Word,
        from start: Int = 0,
        name: String,
        place: String,
        host: HostCredential? = nil
    ) {
        let text = String(decoding: word.text.utf8.dropFirst(start), as: UTF8.self)
        if let members = EmbeddedJSON.members(of: text) {
            for member in members {
                add(
                    judge.judge(member.text, name: SecretNames.variable(member.name)),
                    word,
                    start + member.start,
                    name: name == ""
                        ? SecretNames.variable(member.name) : "\(name)_\(SecretNames.variable(member.name))",
                    place: "\(place), \(member.name)",
                    host: nil
                )
            }
            return
        }
        if text.hasPrefix("{"), TextShape.holdsRandom(text) {
            return leave(place, "is a text within a text that is not read, and may hold a key")
        }
        if HTTPAddress(text) != nil { scanQuery(text, word, from: start, name: name, place: place) }
        add(judge.judge(text, name: name), word, start, name: name, place: place, host: host)
    }

    /// Judges the parameters of a URL.
    mutating func scanQuery(
        _ text: String,
        _ word: ServerEntry.Word,
        from start: Int,
        name: String,
        place: String,
        host: (String) -> HostCredential? = { _ in nil }
    ) {
        let bytes = Array(text.utf8)
        for (parameter, range) in HTTPAddress.query(of: text) {
            let value = String(decoding: bytes[range], as: UTF8.self)
            let variable = SecretNames.variable(parameter)
            add(
                judge.judge(value, name: variable),
                word,
                start + range.lowerBound,
                name: variable,
                place: "\(place), parameter \(parameter)",
                host: host(parameter)
            )
        }
    }

    /// Judges a header: `prefix` of its value is no part of the secret.
    mutating func scanHeader(
        _ word: ServerEntry.Word,
        header: String,
        from start: Int,
        place: String,
        host: HTTPAddress?
    ) {
        let text = String(decoding: word.text.utf8.dropFirst(start), as: UTF8.self)
        let prefix = String(decoding: text.utf8.prefix(TextShape.schemeLength(text)), as: UTF8.self)
        let credential = host.map { HostCredential(address: $0, place: .header(header, prefix: prefix)) }
        let name = SecretNames.variable(header)
        scan(word, from: start, name: name, place: place, host: credential)
    }

    private mutating func add(
        _ judgement: ValueJudge.Judgement,
        _ word: ServerEntry.Word,
        _ start: Int,
        name: String,
        place: String,
        host: HostCredential?
    ) {
        switch judgement {
        case .nothing: break
        case .left(let reason, let isSecret): left.append(LeftText(place: place, reason: reason, isSecret: isSecret))
        case .secret(let range, var target):
            if let host { target = .host(host) }
            let secret = FoundSecret(
                name: name.isEmpty ? "KEY" : name,
                place: place,
                value: Secret(Array(word.text.utf8)[start + range.lowerBound..<start + range.upperBound]),
                target: target,
                path: word.path,
                range: start + range.lowerBound..<start + range.upperBound
            )
            secrets.append(secret)
        }
    }

    /// Notes a text that stays.
    mutating func leave(_ place: String, _ reason: String) {
        left.append(LeftText(place: place, reason: reason, isSecret: true))
    }
}
