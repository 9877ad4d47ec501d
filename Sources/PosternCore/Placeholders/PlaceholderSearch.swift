/// Finds this machine's placeholders in what clients send.
package final class PlaceholderSearch: Sendable {
    /// A placeholder that stands in a text as it is.
    struct Finding {
        enum Kind {
            /// Stands for a configured secret.
            case credential(id: [UInt8])
            /// Stands for a token that was sealed.
            case token(id: [UInt8])
            /// Was given out for a grant; what it stands for is in its digits.
            case issued(digits: [UInt8])
            /// Begins like one of ours and is none.
            case neither
        }

        let kind: Kind
        /// Its mark and id; what stands in front for clients is not counted.
        let range: Range<Int>
    }

    /// What all of them begin with.
    let mark: [UInt8]
    /// The forms in which the mark can stand in a request.
    let patterns: ScrubPatterns

    init(_ key: PlaceholderKey) {
        mark = key.mark
        patterns = ScrubPatterns(secrets: [Secret(key.mark)])
    }

    /// Whether a placeholder, in any form that clients give to text, begins in these bytes.
    package func finds(in bytes: UnsafeRawBufferPointer) -> Bool { !patterns.matches(in: bytes).isEmpty }

    /// The same for text of a URL, in which any part may be percent-encoded.
    func finds(inURL text: ArraySlice<UInt8>) -> Bool {
        text.withUnsafeBytes(finds(in:))
            || text.contains(UInt8(ascii: "%")) && QueryParameters.decodedName(text).withUnsafeBytes(finds(in:))
    }

    /// Whether a word goes on at a place in a text, so that what ends there is only the beginning of it.
    private static func goesOn(_ text: [UInt8], at place: Int) -> Bool {
        guard place < text.endIndex else { return false }
        return ByteClass.isToken(text[place])
    }

    /// Every placeholder that stands in a text as it is.
    func findings(in text: [UInt8]) -> [Finding] {
        var found: [Finding] = []
        var start = 0
        while let place = text[start...].firstRange(of: mark) {
            let digits = text[place.upperBound...].prefix(IssuedPlaceholders.digitCount).prefix {
                HexDigit.value(of: $0) != nil
            }
            let kind: Finding.Kind =
                switch digits.count {
                case PlaceholderKey.idLength: .credential(id: Array(digits))
                case SealedTokens.idLength: .token(id: Array(digits))
                case IssuedPlaceholders.digitCount where !PlaceholderSearch.goesOn(text, at: digits.endIndex):
                    .issued(digits: Array(digits))
                default: .neither
                }
            found.append(Finding(kind: kind, range: place.lowerBound..<digits.endIndex))
            start = digits.endIndex
        }
        return found
    }
}
