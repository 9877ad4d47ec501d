/// The members of one line of the log: a JSON object whose values are strings, numbers and booleans.
///
/// The reader accepts what the writer produces and nothing else: printable ASCII, no space between tokens, the
/// escapes of ``PosternCore/JSONObjectEncoder``. Any other line was not written by Postern.
package struct FlatJSON: Sequence, IteratorProtocol {
    /// A value as it stands in the line.
    package enum Value {
        /// The inside of a string, still escaped.
        case string(Slice<UnsafeRawBufferPointer>)
        case number(Int)
        case boolean(Bool)
    }

    private let line: UnsafeRawBufferPointer
    private var index = 0
    /// Whether the members read so far, and after the last one the end of the line, are well-formed.
    package private(set) var isWellFormed = true
    /// Where the member that was read last begins, its comma included.
    package private(set) var memberStart = 0

    /// Reads a line without its newline.
    package init(_ line: UnsafeRawBufferPointer) { self.line = line }

    /// The next member; `nil` at the end and at the first error.
    package mutating func next() -> (name: Slice<UnsafeRawBufferPointer>, value: Value)? {
        guard isWellFormed, index < line.count else { return nil }
        memberStart = index
        if index > 0, line[index] == UInt8(ascii: "}") {
            index += 1
            isWellFormed = index == line.count
            return nil
        }
        guard take(index == 0 ? UInt8(ascii: "{") : UInt8(ascii: ",")), let name = string(),
            take(UInt8(ascii: ":")), let value = value(), index < line.count
        else {
            isWellFormed = false
            return nil
        }
        return (name, value)
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard index < line.count, line[index] == byte else { return false }
        index += 1
        return true
    }

    private mutating func value() -> Value? {
        guard index < line.count else { return nil }
        switch line[index] {
        case UInt8(ascii: "\""): return string().map(Value.string)
        case UInt8(ascii: "t"): return literal("true") ? .boolean(true) : nil
        case UInt8(ascii: "f"): return literal("false") ? .boolean(false) : nil
        default: return number().map(Value.number)
        }
    }

    private mutating func literal(_ text: StaticString) -> Bool {
        let end = index + text.utf8CodeUnitCount
        guard end <= line.count,
            line[index..<end].elementsEqual(UnsafeBufferPointer(start: text.utf8Start, count: end - index))
        else { return false }
        index = end
        return true
    }

    private mutating func number() -> Int? {
        let start = index
        let isNegative = take(UInt8(ascii: "-"))
        var value = 0
        let digits = index
        while index < line.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(line[index]) {
            let digit = Int(line[index] - UInt8(ascii: "0"))
            let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) =
                isNegative ? scaled.subtractingReportingOverflow(digit) : scaled.addingReportingOverflow(digit)
            guard !overflow, !carry else { return nil }
            value = sum
            index += 1
        }
        // No leading zeros: one number has one spelling.
        guard index > digits, index == digits + 1 || line[digits] != UInt8(ascii: "0") else {
            index = start
            return nil
        }
        return value
    }

    private mutating func string() -> Slice<UnsafeRawBufferPointer>? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        let start = index
        while index < line.count {
            switch line[index] {
            case UInt8(ascii: "\""):
                defer { index += 1 }
                return line[start..<index]
            case UInt8(ascii: "\\"):
                guard index + 1 < line.count else { return nil }
                index += line[index + 1] == UInt8(ascii: "u") ? 6 : 2
            case 0x20..<0x7f: index += 1
            default: return nil
            }
        }
        return nil
    }
}

extension FlatJSON {
    /// The bytes that the inside of a string stands for: the reverse of the writer's escapes.
    package static func unescape(_ text: Slice<UnsafeRawBufferPointer>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var rest = text
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let kind = rest.popFirst() else {
                result.append(byte)
                continue
            }
            guard kind == UInt8(ascii: "u") else {
                result.append(kind)
                continue
            }
            // The writer escapes bytes, so only the last two digits can be other than zero.
            if let value = UInt8(String(decoding: rest.prefix(4).dropFirst(2), as: UTF8.self), radix: 16) {
                result.append(value)
            }
            rest = rest.dropFirst(4)
        }
        return result
    }
}
