internal import FoundationEssentials
internal import PosternCore

/// The values of a secret as bytes: for each, by name, both name and value after their lengths of four bytes.
enum ValueCoding {
    /// The caller wipes the result.
    static func encode(_ values: [String: Secret]) -> Data {
        let count = values.reduce(0) { $0 + 8 + $1.key.utf8.count + $1.value.count }
        // All of it at once, so that growth leaves no copy behind.
        var data = Data(capacity: max(count, 64))
        func append(length: Int) {
            withUnsafeBytes(of: UInt32(length).littleEndian) { data.append(contentsOf: $0) }
        }
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            append(length: name.utf8.count)
            data.append(contentsOf: name.utf8)
            append(length: value.count)
            value.withBytes { data.append(contentsOf: $0) }
        }
        return data
    }

    /// `nil` if the bytes are not of this form.
    static func decode(_ data: Data) -> [String: Secret]? {
        data.withUnsafeBytes { bytes in
            var values: [String: Secret] = [:]
            var position = 0
            func take() -> Slice<UnsafeRawBufferPointer>? {
                guard bytes.count - position >= 4 else { return nil }
                let length = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
                position += 4
                guard bytes.count - position >= length else { return nil }
                defer { position += length }
                return bytes[position..<position + length]
            }
            while position < bytes.count {
                guard let name = take(), let value = take() else { return nil }
                values[String(decoding: name, as: UTF8.self)] = Secret(value)
            }
            return values
        }
    }
}
