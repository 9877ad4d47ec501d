/// Takes the chunked coding off a message body.
///
/// RFC 9112 section 7.1.
///
/// Sizes are plain hexadecimal of at most 15 digits; extensions are skipped up to a bound; trailers are read, bounded
/// and dropped; every line ends in CRLF.
package struct ChunkedDecoder: Sendable {
    /// One piece of progress.
    package enum Step: Equatable, Sendable {
        /// The bytes in this range of the input belong to the body.
        case data(Range<Int>)
        /// The input is used up.
        case needsMore
        /// The body and its trailers end before this place in the input.
        case complete(Int)
        case malformed
    }

    private enum State: Equatable {
        /// `digits` of the size have been read.
        case size(digits: Int)
        case sizeExtension
        case sizeLineFeed
        case data
        case dataCarriageReturn
        case dataLineFeed
        /// At the start of a trailer line.
        case trailerStart
        case trailerName
        case trailerValue
        case trailerLineFeed
        case endLineFeed
        case complete
        case malformed
    }

    /// Extensions and trailers together may not be longer than this.
    private static let maxOverheadBytes = 16_384

    private var state = State.size(digits: 0)
    private var remaining = 0
    private var overhead = 0

    package init() {}

    /// Whether the body has ended.
    package var isComplete: Bool { state == .complete }

    /// Reads on from `position` in the input until there is something to report.
    package mutating func next(_ input: UnsafeRawBufferPointer, from position: inout Int) -> Step {
        while position < input.count {
            if state == .data {
                let end = min(input.count, position + remaining)
                let range = position..<end
                remaining -= range.count
                position = end
                if remaining == 0 { state = .dataCarriageReturn }
                return .data(range)
            }
            let byte = input[position]
            position += 1
            state = transition(byte)
            switch state {
            case .complete: return .complete(position)
            case .malformed: return .malformed
            default: break
            }
        }
        return .needsMore
    }

    private mutating func transition(_ byte: UInt8) -> State {
        switch state {
        case .size(let digits):
            if let digit = HexDigit.value(of: byte), digits < 15 {
                remaining = remaining << 4 | Int(digit)
                return .size(digits: digits + 1)
            }
            guard digits > 0 else { return .malformed }
            if byte == 0x0d { return .sizeLineFeed }
            return byte == UInt8(ascii: ";") ? .sizeExtension : .malformed
        case .sizeExtension:
            if byte == 0x0d { return .sizeLineFeed }
            return isOverhead(byte) ? .sizeExtension : .malformed
        case .sizeLineFeed:
            guard byte == 0x0a else { return .malformed }
            return remaining == 0 ? .trailerStart : .data
        case .dataCarriageReturn: return byte == 0x0d ? .dataLineFeed : .malformed
        case .dataLineFeed: return byte == 0x0a ? .size(digits: 0) : .malformed
        case .trailerStart:
            if byte == 0x0d { return .endLineFeed }
            return ByteClass.isToken(byte) && isOverhead(byte) ? .trailerName : .malformed
        case .trailerName:
            if byte == UInt8(ascii: ":") { return .trailerValue }
            return ByteClass.isToken(byte) && isOverhead(byte) ? .trailerName : .malformed
        case .trailerValue:
            if byte == 0x0d { return .trailerLineFeed }
            return isOverhead(byte) ? .trailerValue : .malformed
        case .trailerLineFeed: return byte == 0x0a ? .trailerStart : .malformed
        case .endLineFeed: return byte == 0x0a ? .complete : .malformed
        case .data, .complete, .malformed: return .malformed
        }
    }

    private mutating func isOverhead(_ byte: UInt8) -> Bool {
        overhead += 1
        return overhead <= ChunkedDecoder.maxOverheadBytes && ByteClass.isFieldValue(byte)
    }
}

/// Writes the chunked coding.
package enum ChunkedEncoder {
    /// The longest chunk header that is written, in bytes.
    package static let maxHeaderBytes = 18
    /// What ends a body without trailers.
    package static let end = Array("0\r\n\r\n".utf8)

    /// The header of a chunk of `count` bytes, written so that it ends at the end of `room`; returns its length.
    package static func writeHeader(_ count: Int, atEndOf room: UnsafeMutableRawBufferPointer) -> Int {
        var position = room.count
        func put(_ byte: UInt8) {
            position -= 1
            room[position] = byte
        }
        put(0x0a)
        put(0x0d)
        var rest = count
        repeat {
            put(HexDigit.lower[rest & 15])
            rest >>= 4
        } while rest > 0
        return room.count - position
    }
}

extension [UInt8] {
    /// Appends a number that is not negative, in decimal.
    package mutating func appendDecimal(_ value: Int) {
        let start = count
        var rest = value
        repeat {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        self[start...].reverse()
    }
}
