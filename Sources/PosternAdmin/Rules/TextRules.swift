/// What names and other texts of operators may be.
enum TextRules {
    /// Refuses what is no name of an agent or a secret.
    static func checkName(_ text: String) throws(AdministrationError) {
        let isMadeOfNameBytes = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard (1...64).contains(text.utf8.count), isMadeOfNameBytes else {
            throw .invalid(member: "name", reason: "must be 1 to 64 lower-case letters, digits, `-` or `_`")
        }
        try checkIsNoIdentifier(text)
    }

    /// Refuses a name that would be taken for an id.
    static func checkIsNoIdentifier(_ text: String) throws(AdministrationError) {
        guard !Identifier.isOne(text.lowercased()) else {
            throw .invalid(member: "name", reason: "has the form of an id, for which it would be taken")
        }
    }

    /// Refuses a text that is empty, too long, or could not be shown on one line.
    static func check(_ text: String?, _ member: String, maxBytes: Int = 256) throws(AdministrationError) {
        guard let text else { return }
        guard !text.isEmpty else { throw .invalid(member: member, reason: "is empty") }
        guard text.utf8.count <= maxBytes else {
            throw .invalid(member: member, reason: "is longer than \(maxBytes) bytes")
        }
        let isPlain = text.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .surrogate: false
            default: true
            }
        }
        guard isPlain else { throw .invalid(member: member, reason: "holds a control character") }
    }

    /// Refuses a count outside of what makes sense.
    static func check(_ count: Int?, _ member: String, in range: ClosedRange<Int>) throws(AdministrationError) {
        guard let count, !range.contains(count) else { return }
        throw .invalid(member: member, reason: "must be \(range.lowerBound) to \(range.upperBound)")
    }

    /// How a message names what an operator asked for.
    ///
    /// Something long or not plain may be a secret that was put in the wrong place.
    static func shown(_ reference: String) -> String {
        let isPlain = reference.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "`") }
        let isShort = reference.utf8.count < 32 || Identifier.isOne(reference)
        return isPlain && isShort ? "`\(reference)`" : "(\(reference.count) characters)"
    }
}
