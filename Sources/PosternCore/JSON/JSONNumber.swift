/// A number as exact as it is written: `1`, `1.0` and `10e-1` are the same, and 2^53 + 1 is not 2^53.
package struct JSONNumber: Hashable, Sendable {
    private let isNegative: Bool
    /// The significant digits, without zeros at either end; empty for zero.
    private let digits: [UInt8]
    /// The power of ten by which `0.digits` is multiplied.
    private let exponent: Int

    /// Reads a number of JSON's grammar (RFC 8259 section 6); `nil` for any other text.
    ///
    /// Also `nil` where the exponent has more than nine digits: no program that would use it reads such a number, and what
    /// the others make of it differs.
    package init?(_ text: some Collection<UInt8>) { self.init(Array(text)[...]) }

    /// Reads a number, as above.
    init?(_ text: ArraySlice<UInt8>) {
        var rest = text
        let hasSign = rest.first == UInt8(ascii: "-")
        if hasSign { rest.removeFirst() }
        let whole = rest.prefix(while: JSONNumber.isDigit)
        guard let first = whole.first, whole.count == 1 || first != UInt8(ascii: "0") else { return nil }
        rest = rest[whole.endIndex...]
        var fraction = rest.prefix(0)
        if rest.first == UInt8(ascii: ".") {
            fraction = rest.dropFirst().prefix(while: JSONNumber.isDigit)
            guard !fraction.isEmpty else { return nil }
            rest = rest[fraction.endIndex...]
        }
        guard let power = JSONNumber.power(rest) else { return nil }
        var significant: [UInt8] = []
        significant.reserveCapacity(whole.count + fraction.count)
        significant += whole.drop { $0 == UInt8(ascii: "0") }
        significant += significant.isEmpty ? fraction.drop { $0 == UInt8(ascii: "0") } : fraction
        let leading = whole.count + fraction.count - significant.count
        while significant.last == UInt8(ascii: "0") { significant.removeLast() }
        digits = significant
        // There is one zero, whatever its sign and exponent.
        isNegative = hasSign && !significant.isEmpty
        exponent = significant.isEmpty ? 0 : whole.count - leading + power
    }

    /// The number of an integer.
    package init(_ integer: Int) {
        var rest = integer.magnitude
        var reversed: [UInt8] = []
        while rest > 0 {
            reversed.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        }
        exponent = reversed.count
        digits = Array(reversed.drop { $0 == UInt8(ascii: "0") }.reversed())
        isNegative = integer < 0
    }

    /// Whether every program reads it alike: a magnitude below 2^53.
    ///
    /// RFC 7493 section 2.2. Beyond it a reader may round, or wrap around to the other sign.
    package var isInteroperable: Bool {
        exponent <= 15 || self <= JSONNumber.largest && JSONNumber.smallest <= self
    }

    private static let largest = JSONNumber(9_007_199_254_740_991)
    private static let smallest = JSONNumber(-9_007_199_254_740_991)

    /// The exponent written as `e…`; 0 for no text.
    private static func power(_ text: ArraySlice<UInt8>) -> Int? {
        guard let mark = text.first else { return 0 }
        guard mark | 0x20 == UInt8(ascii: "e") else { return nil }
        var rest = text.dropFirst()
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        guard !rest.isEmpty, rest.allSatisfy(isDigit) else { return nil }
        let figures = rest.drop { $0 == UInt8(ascii: "0") }
        guard figures.count <= 9 else { return nil }
        let magnitude = figures.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        return isNegative ? -magnitude : magnitude
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}

extension JSONNumber: Comparable {
    package static func < (left: JSONNumber, right: JSONNumber) -> Bool {
        if left.isNegative != right.isNegative { return left.isNegative }
        let isSmaller = left.isNegative ? isCloserToZero(right, left) : isCloserToZero(left, right)
        return isSmaller
    }

    private static func isCloserToZero(_ left: JSONNumber, _ right: JSONNumber) -> Bool {
        if left.digits.isEmpty || right.digits.isEmpty { return left.digits.isEmpty && !right.digits.isEmpty }
        if left.exponent != right.exponent { return left.exponent < right.exponent }
        return left.digits.lexicographicallyPrecedes(right.digits)
    }
}
