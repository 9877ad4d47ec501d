/// What a document says, without where it says it: two texts that mean the same are equal.
package indirect enum PlainValue: Hashable, Sendable {
    /// A member of a table.
    package struct Member: Hashable, Sendable {
        let name: String
        var value: PlainValue
    }

    case text(String)
    case list([PlainValue])
    /// By name.
    case table([Member])
    /// As it is written.
    case other([UInt8])

    init(_ value: SpannedValue, in bytes: [UInt8]) {
        switch value.content {
        case .text(let text): self = .text(text)
        case .list(let elements): self = .list(elements.map { PlainValue($0, in: bytes) })
        case .table(let members):
            self = .table(members.map { Member(name: $0.name, value: PlainValue($0.value, in: bytes)) }).sorted
        case .other: self = .other(Array(bytes[value.range]))
        }
    }

    private var sorted: PlainValue {
        guard case .table(let members) = self else { return self }
        let order = members.indices.sorted { (members[$0].name, $0) < (members[$1].name, $1) }
        return .table(order.map { members[$0] })
    }

    /// Makes the change that an edit stands for.
    ///
    /// - Throws: ``DocumentFault`` if there is nothing to make it to.
    mutating func apply(_ edit: DocumentEdit) throws(DocumentFault) {
        switch edit {
        case .text(let path, let text):
            try change(path[...]) { (value) throws(DocumentFault) in
                guard case .text = value else { throw DocumentFault("not a text where one was") }
                value = .text(text)
            }
        case .insert(let path, let index, let texts):
            try change(path[...]) { (value) throws(DocumentFault) in
                guard case .list(var elements) = value, index <= elements.count else {
                    throw DocumentFault("not a list where one was")
                }
                elements.insert(contentsOf: texts.map { .text($0) }, at: index)
                value = .list(elements)
            }
        case .addList(let path, let name, _, let texts):
            try change(path[...]) { (value) throws(DocumentFault) in
                guard case .table(let members) = value, !members.contains(where: { $0.name == name }) else {
                    throw DocumentFault("not a table where one was")
                }
                value = PlainValue.table(members + [Member(name: name, value: .list(texts.map { .text($0) }))]).sorted
            }
        }
    }

    private mutating func change(
        _ path: ArraySlice<PathStep>,
        _ body: (inout PlainValue) throws(DocumentFault) -> Void
    ) throws(DocumentFault) {
        guard let step = path.first else { return try body(&self) }
        switch (step, self) {
        case (.member(let name), .table(var members)):
            guard let index = members.firstIndex(where: { $0.name == name }) else { break }
            try members[index].value.change(path.dropFirst(), body)
            self = .table(members)
            return
        case (.index(let index), .list(var elements)) where elements.indices.contains(index):
            try elements[index].change(path.dropFirst(), body)
            self = .list(elements)
            return
        default: break
        }
        throw DocumentFault("a path leads nowhere")
    }
}
