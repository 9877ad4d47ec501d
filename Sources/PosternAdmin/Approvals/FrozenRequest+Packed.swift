internal import PosternCore

// How frozen requests and their answers are kept: sealed, and as they are, byte by byte.
extension FrozenRequest {
    private static let form = 1

    /// The request, packed.
    var packed: Secret {
        var writer = PackedWriter(capacity: body.count + 128 << 10)
        writer.add(FrozenRequest.form)
        addWhatIsSent(to: &writer, fields: fields)
        for text in [
            attribution.key, attribution.user, attribution.caller, attribution.reason, attribution.context,
            attribution.traceparent,
        ] { writer.add(text) }
        return writer.takeSecret()
    }

    /// How many bytes it has packed, but for some that tell its parts apart.
    var packedCount: Int {
        let texts = [
            url, rule?.type, rule?.body, attribution.caller, attribution.reason, attribution.context,
            attribution.traceparent,
        ]
        return body.count + texts.reduce(0) { $0 + ($1?.utf8.count ?? 0) }
            + fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 16 }
    }

    /// What two requests share that are the same for whoever approves them, and have the same asker and sender.
    func fingerprint(sender: StoredApproval.Sender) -> KeyDigest {
        var writer = PackedWriter(capacity: body.count + 128 << 10)
        writer.add(sender.rawValue)
        addWhatIsSent(to: &writer, fields: fields.filter { !FrozenRequest.isPassing($0) })
        return writer.takeDigest()
    }

    /// Reads a packed request.
    init(packed: Secret) throws(PackedReader.Corrupt) {
        var reader = PackedReader(packed)
        guard try reader.number() == FrozenRequest.form, let principal = PrincipalID(directoryName: try reader.text())
        else { throw PackedReader.Corrupt() }
        let asker = Asker(principal, agentID: try reader.optionalText())
        let grant = try reader.text()
        guard let method = Method(rawValue: try reader.text()) else { throw PackedReader.Corrupt() }
        self.init(
            asker: asker,
            grant: grant,
            method: method,
            url: try reader.text(),
            fields: try FrozenRequest.fields(&reader),
            body: try reader.bytes(),
            attribution: CallAttribution(),
            rule: try FrozenRequest.rule(&reader)
        )
        attribution.key = try reader.optionalText()
        attribution.user = try reader.optionalText()
        attribution.caller = try reader.optionalText()
        attribution.reason = try reader.optionalText()
        attribution.context = try reader.optionalText()
        attribution.traceparent = try reader.optionalText()
    }

    private func addWhatIsSent(to writer: inout PackedWriter, fields: [FrozenField]) {
        writer.add(principal.directoryName)
        writer.add(asker.agentID)
        writer.add(grant)
        writer.add(method.rawValue)
        writer.add(url)
        writer.add(fields.count)
        for field in fields {
            writer.add(field.name)
            writer.add(field.value)
        }
        writer.add(body)
        writer.add(rule?.type)
        writer.add(rule?.body)
    }

    private static func fields(_ reader: inout PackedReader) throws(PackedReader.Corrupt) -> [FrozenField] {
        var fields: [FrozenField] = []
        for _ in 0..<(try reader.count()) {
            fields.append(FrozenField(name: try reader.text(), value: try reader.text()))
        }
        return fields
    }

    private static func rule(_ reader: inout PackedReader) throws(PackedReader.Corrupt) -> RequestRule? {
        guard let type = try reader.optionalText(), let body = try reader.optionalText() else {
            _ = try reader.optionalText()
            return nil
        }
        return RequestRule(type: type, body: body)
    }

    /// Whether a field differs each time that a client sends one and the same request, and changes nothing about it.
    private static func isPassing(_ field: FrozenField) -> Bool {
        ["traceparent", "tracestate", "x-request-id", "x-stainless-retry-count"].contains(field.name.lowercased())
    }
}

extension PrincipalID {
    /// Reads the name under which a directory holds a principal.
    init?(directoryName name: String) {
        if name == PrincipalID.app.directoryName {
            self = .app
        } else if name.hasPrefix("user:") {
            self = .user(String(name.dropFirst("user:".count)))
        } else if !name.contains(":") {
            self = .agent(name)
        } else {
            return nil
        }
    }
}

extension CallAnswer {
    /// The answer, packed.
    var packed: Secret {
        var writer = PackedWriter(capacity: body.count + 64 << 10)
        writer.add(status)
        writer.add(fields.count)
        for (name, value) in fields {
            writer.add(name)
            writer.add(value)
        }
        writer.add(body)
        writer.add(isTruncated ? 1 : 0)
        let (seconds, attoseconds) = duration.components
        writer.add(Int(seconds))
        writer.add(Int(attoseconds))
        return writer.takeSecret()
    }

    /// Reads a packed answer.
    init(packed: Secret) throws(PackedReader.Corrupt) {
        var reader = PackedReader(packed)
        let status = try reader.number()
        var fields: [(name: String, value: String)] = []
        for _ in 0..<(try reader.count()) { fields.append((try reader.text(), try reader.text())) }
        self.init(
            status: status,
            fields: fields,
            body: try reader.bytes(),
            isTruncated: try reader.number() == 1,
            duration: Duration(
                secondsComponent: Int64(try reader.number()),
                attosecondsComponent: Int64(try reader.number())
            )
        )
    }
}
