/// The bytes of a text in which each character up to U+00FF stands for one byte, so that tables can hold any byte.
package func latin1(_ text: String) -> [UInt8] { text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }

/// The text in which each byte stands as one character: the opposite of ``latin1(_:)``.
package func latin1Text(_ bytes: some Sequence<UInt8>) -> String {
    var text = String.UnicodeScalarView()
    for byte in bytes { text.append(Unicode.Scalar(byte)) }
    return String(text)
}

extension [UInt8] {
    /// Whether `other` stands somewhere in these bytes.
    package func contains(run other: some Collection<UInt8>) -> Bool {
        guard other.count <= count else { return false }
        return (0...(count - other.count)).contains { self[$0...].starts(with: other) }
    }

    /// How often `other` stands in these bytes, overlaps counted.
    package func occurrences(of other: [UInt8]) -> Int {
        guard !other.isEmpty, other.count <= count else { return 0 }
        return (0...(count - other.count)).filter { self[$0...].starts(with: other) }.count
    }
}
