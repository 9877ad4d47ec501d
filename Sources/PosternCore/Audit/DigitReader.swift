/// Reads the fixed-width numbers and separators of an RFC 3339 time.
struct DigitReader<Bytes: Collection<UInt8>> {
    private var rest: Bytes.SubSequence

    init(_ bytes: Bytes) { rest = bytes[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func number(width: Int) -> Int? {
        var value = 0
        for _ in 0..<width {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    /// Reads digits after the point as nanoseconds; those after the ninth are dropped.
    mutating func fraction() -> Int? {
        guard var value = digit() else { return nil }
        var scale = 100_000_000
        value *= scale
        while let next = digit() {
            scale /= 10
            value += next * scale
        }
        return value
    }

    /// Reads `Z` or an offset such as `+02:00`, in seconds.
    mutating func offset() -> Int? {
        if skip("Z", "z") { return 0 }
        let sign = skip("+") ? 1 : skip("-") ? -1 : 0
        guard sign != 0, let hours = number(width: 2), skip(":"), let minutes = number(width: 2) else { return nil }
        return hours < 24 && minutes < 60 ? sign * (hours * 3600 + minutes * 60) : nil
    }

    /// Skips one byte if it is among `choices`.
    mutating func skip(_ choices: Unicode.Scalar...) -> Bool {
        guard let first = rest.first, choices.contains(Unicode.Scalar(first)) else { return false }
        rest = rest.dropFirst()
        return true
    }

    private mutating func digit() -> Int? {
        guard let first = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return nil }
        rest = rest.dropFirst()
        return Int(first - UInt8(ascii: "0"))
    }
}
