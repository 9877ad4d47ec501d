/// What the chain needs of a line, and what distinguishes the records that matter to it.
struct ChainedLine {
    private(set) var sequence = 0
    /// The 64 digits of the hash of the line before.
    private(set) var previous: Slice<UnsafeRawBufferPointer>
    private(set) var kind = Kind.other
    private(set) var requestID: Slice<UnsafeRawBufferPointer>?
    private(set) var keyID: Slice<UnsafeRawBufferPointer>?
    private(set) var gap = GapMembers()
    /// The signature of a checkpoint, and how much of the line it signs.
    private(set) var signature: (digits: Slice<UnsafeRawBufferPointer>, signedCount: Int)?

    /// The value of `event.action`, as far as it matters here.
    enum Kind { case intent, outcome, denied, checkpoint, gap, other }

    /// The members of a gap record.
    struct GapMembers {
        var segment: Int?
        var offset: Int?
        var bytes: Int?
        var hash: Slice<UnsafeRawBufferPointer>?
        var records: Int?
    }

    /// Reads a line without its newline; `nil` if it is not a record of the log.
    init?(_ line: UnsafeRawBufferPointer) {
        var members = FlatJSON(line)
        var hasSequence = false
        previous = line[0..<0]
        while let (name, value) = members.next() {
            // Every record ends in the sequence number and the hash, a checkpoint in its signature besides.
            if signature != nil { return nil }
            let isChained = !previous.isEmpty
            switch value {
            case .number(let number):
                if isChained { return nil }
                if name.elementsEqual("event.sequence".utf8) {
                    sequence = number
                    hasSequence = true
                } else {
                    readNumber(name, number)
                }
            case .string(let text):
                if name.elementsEqual("postern.signature".utf8), isChained {
                    signature = (text, members.memberStart)
                } else if isChained {
                    return nil
                } else {
                    readText(name, text)
                }
            case .boolean:
                if isChained { return nil }
            }
        }
        guard members.isWellFormed, hasSequence, sequence > 0, previous.count == 64,
            (kind == .checkpoint) == (signature != nil)
        else { return nil }
    }

    /// Whether a checkpoint, read from `line`, carries a signature of one of the keys.
    func hasValidSignature(_ line: UnsafeRawBufferPointer, _ keys: VerifyingKeys) -> Bool {
        guard let signature, let keyID, let bytes = Hexadecimal.bytes(signature.digits) else { return false }
        let signed = UnsafeRawBufferPointer(rebasing: line[..<signature.signedCount])
        return keys.verify(bytes, checkpoint: signed, keyID: String(decoding: keyID, as: UTF8.self))
    }

    private static func kind(_ action: Slice<UnsafeRawBufferPointer>) -> Kind {
        let names: [(StaticString, Kind)] = [
            ("intent", .intent), ("outcome", .outcome), ("denied", .denied), ("checkpoint", .checkpoint), ("gap", .gap),
        ]
        let match = names.first { name, _ in
            action.elementsEqual(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        }
        return match?.1 ?? .other
    }

    private mutating func readText(_ name: Slice<UnsafeRawBufferPointer>, _ text: Slice<UnsafeRawBufferPointer>) {
        // The names differ in length or late; comparing the length first keeps this out of the profile.
        switch name.count {
        case 16 where name.elementsEqual("postern.previous".utf8): previous = text
        case 12 where name.elementsEqual("event.action".utf8): kind = ChainedLine.kind(text)
        case 15 where name.elementsEqual("http.request.id".utf8): requestID = text
        case 11 where name.elementsEqual("postern.key".utf8): keyID = text
        case 16 where name.elementsEqual("postern.gap.hash".utf8): gap.hash = text
        default: break
        }
    }

    private mutating func readNumber(_ name: Slice<UnsafeRawBufferPointer>, _ number: Int) {
        guard name.starts(with: "postern.gap.".utf8) else { return }
        switch name.dropFirst(12).count {
        case 7 where name.elementsEqual("postern.gap.segment".utf8): gap.segment = number
        case 7 where name.elementsEqual("postern.gap.records".utf8): gap.records = number
        case 6 where name.elementsEqual("postern.gap.offset".utf8): gap.offset = number
        case 5 where name.elementsEqual("postern.gap.bytes".utf8): gap.bytes = number
        default: break
        }
    }
}
