internal import CLinux
internal import PosternCore

/// Writes values one after another, each with its length before it, so that no two lists of values look alike.
struct PackedWriter {
    private var bytes: [UInt8] = []

    /// Starts with room for so many bytes, so that what is secret is not left behind where there was too little.
    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    mutating func add(_ number: Int) {
        bytes += stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    mutating func add(_ value: some Collection<UInt8>) {
        add(value.count)
        bytes += value
    }

    mutating func add(_ text: String) { add(text.utf8) }

    mutating func add(_ text: String?) {
        add(text == nil ? 0 : 1)
        if let text { add(text) }
    }

    /// What was written, which is wiped here.
    mutating func takeSecret() -> Secret {
        defer { wipe() }
        return Secret(bytes)
    }

    /// What was written, digested, and wiped here.
    mutating func takeDigest() -> KeyDigest {
        defer { wipe() }
        return KeyDigest(ofKey: bytes)
    }

    private mutating func wipe() {
        bytes.withUnsafeMutableBytes { postern_explicit_bzero($0.baseAddress, $0.count) }
        bytes = []
    }
}

/// Reads what a ``PackedWriter`` wrote.
struct PackedReader {
    /// What was read is not what was written.
    struct Corrupt: Error {}

    private var rest: ArraySlice<UInt8>

    init(_ secret: Secret) { rest = ArraySlice(secret.withBytes(Array.init)) }

    mutating func number() throws(Corrupt) -> Int {
        try take(8).reduce(0) { $0 << 8 | Int($1) }
    }

    mutating func bytes() throws(Corrupt) -> [UInt8] { Array(try take(try number())) }

    mutating func text() throws(Corrupt) -> String { String(decoding: try bytes(), as: UTF8.self) }

    mutating func optionalText() throws(Corrupt) -> String? { try number() == 0 ? nil : try text() }

    /// How many values follow, each of at least a byte.
    mutating func count() throws(Corrupt) -> Int {
        let count = try number()
        guard (0...rest.count).contains(count) else { throw Corrupt() }
        return count
    }

    private mutating func take(_ count: Int) throws(Corrupt) -> ArraySlice<UInt8> {
        guard (0...rest.count).contains(count) else { throw Corrupt() }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}
