internal import FoundationEssentials
internal import GRDB

/// Bytes to which only one list of values leads: what is sealed.
///
/// Each value is one byte for its kind and eight for its number or length, the latter followed by the bytes.
struct CanonicalForm {
    private(set) var bytes: [UInt8] = []

    /// Begins anew in the same memory.
    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append(kind: 2, UnsafeRawBufferPointer($0)) }
    }

    mutating func append(_ number: Int64) {
        bytes.append(1)
        append(word: UInt64(bitPattern: number))
    }

    mutating func append(_ blob: UnsafeRawBufferPointer) { append(kind: 3, blob) }

    mutating func append(_ value: DatabaseValue) {
        switch value.storage {
        case .null: bytes.append(0)
        case .int64(let number): append(number)
        case .double(let number):
            // No column holds one; a damaged row may.
            bytes.append(4)
            append(word: number.bitPattern)
        case .string(let text): append(text)
        case .blob(let data): data.withUnsafeBytes { append($0) }
        }
    }

    private mutating func append(kind: UInt8, _ content: UnsafeRawBufferPointer) {
        bytes.append(kind)
        append(word: UInt64(content.count))
        bytes.append(contentsOf: content)
    }

    private mutating func append(word: UInt64) {
        withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
