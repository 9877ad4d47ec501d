internal import CLinux
package import PosternCore

/// A line that is typed and not shown, byte by byte as a terminal in raw mode hands it over.
package struct SecretLine: ~Copyable {
    /// What a byte means for the line.
    package enum Step: Hashable {
        case more
        case done
        /// The person pressed Ctrl-C.
        case interrupted
        case tooLong
    }

    /// The longest that is taken: more than any key, and than the 4095 bytes a terminal keeps of a line by itself.
    package static let maxBytes = 65_536

    // Of full size from the start, so that growth leaves no copy behind.
    private let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: SecretLine.maxBytes)
    private var count = 0

    package init() {}

    deinit {
        postern_explicit_bzero(bytes.baseAddress, bytes.count)
        bytes.deallocate()
    }

    /// Takes the next byte.
    package mutating func feed(_ byte: UInt8) -> Step {
        switch byte {
        case 0x0a, 0x0d: return .done
        case 0x03: return .interrupted
        // Ctrl-D ends a line, and is nothing within one.
        case 0x04: return .done
        case 0x08, 0x7f: eraseCharacter()
        // Ctrl-U
        case 0x15: count = 0
        case 0x00..<0x20 where byte != 0x09: break
        default:
            guard count < bytes.count else { return .tooLong }
            bytes[count] = byte
            count += 1
        }
        return .more
    }

    /// What was typed.
    package func secret() -> Secret { Secret(UnsafeMutableBufferPointer(rebasing: bytes[..<count])) }

    /// Takes away the last character: of UTF-8 its continuation bytes too.
    private mutating func eraseCharacter() {
        while count > 0 {
            count -= 1
            if bytes[count] & 0xc0 != 0x80 { return }
        }
    }
}
