/// A regular expression, as a tree.
indirect enum PatternNode {
    case empty
    case one(CharacterClass)
    case sequence([PatternNode])
    case choice([PatternNode])
    /// At least `low` times and at most `high`; `nil` is any number.
    case repeated(PatternNode, low: Int, high: Int?)
}

/// Reads a regular expression.
struct PatternReader {
    private static let maxLength = 1_000
    private static let maxDepth = 32
    static let maxRepeats = 1_000

    private let scalars: [Unicode.Scalar]
    private var position = 0

    static func read(_ text: String) throws(PatternFault) -> PatternNode {
        var reader = PatternReader(scalars: Array(text.unicodeScalars))
        guard reader.scalars.count <= maxLength else { throw PatternFault("longer than \(maxLength) characters") }
        let node = try reader.choice(depth: 0)
        guard reader.next == nil else { throw PatternFault("a `)` without its `(`") }
        return node
    }

    private init(scalars: [Unicode.Scalar]) { self.scalars = scalars }

    private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func take() -> Unicode.Scalar? {
        defer { position += 1 }
        return next
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        position += 1
        return true
    }

    private mutating func choice(depth: Int) throws(PatternFault) -> PatternNode {
        guard depth <= PatternReader.maxDepth else { throw PatternFault("its parentheses are nested too deeply") }
        var branches = [try sequence(depth: depth)]
        while take("|") { branches.append(try sequence(depth: depth)) }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func sequence(depth: Int) throws(PatternFault) -> PatternNode {
        var parts: [PatternNode] = []
        while let scalar = next, scalar != "|", scalar != ")" {
            parts.append(try repetition(of: try atom(depth: depth)))
        }
        return parts.isEmpty ? .empty : .sequence(parts)
    }

    private mutating func repetition(of node: PatternNode) throws(PatternFault) -> PatternNode {
        let result: PatternNode
        switch next {
        case "*": result = .repeated(node, low: 0, high: nil)
        case "+": result = .repeated(node, low: 1, high: nil)
        case "?": result = .repeated(node, low: 0, high: 1)
        case "{":
            position += 1
            let bounds = try counts()
            result = .repeated(node, low: bounds.low, high: bounds.high)
        default: return node
        }
        position += 1
        // `a+?` and `a++` mean other things elsewhere, `a**` nothing.
        if let scalar = next, "*+?{".unicodeScalars.contains(scalar) {
            throw PatternFault("`\(scalar)` repeats what is repeated already")
        }
        return result
    }

    /// Reads `m`, `m,` or `m,n` up to the closing brace.
    private mutating func counts() throws(PatternFault) -> (low: Int, high: Int?) {
        let low = try number()
        var high: Int? = low
        if take(",") { high = next == "}" ? nil : try number() }
        guard next == "}" else { throw PatternFault("a `{` without its `}`") }
        if let high, high < low { throw PatternFault("a repetition of at least \(low) and at most \(high)") }
        return (low, high)
    }

    private mutating func number() throws(PatternFault) -> Int {
        var value = 0
        let start = position
        while let scalar = next, ("0"..."9").contains(scalar), position - start < 5 {
            value = value * 10 + Int(scalar.value - 0x30)
            position += 1
        }
        guard position > start else { throw PatternFault("`{` needs numbers, such as `{1,8}`; the character is `\\{`") }
        guard value <= PatternReader.maxRepeats else {
            throw PatternFault("it repeats more than \(PatternReader.maxRepeats) times")
        }
        return value
    }

    private mutating func atom(depth: Int) throws(PatternFault) -> PatternNode {
        guard let scalar = take() else { return .empty }
        switch scalar {
        case "(":
            if take("?") {
                guard take(":") else { throw PatternFault("`(?` is only known as `(?:`") }
            }
            let node = try choice(depth: depth + 1)
            guard take(")") else { throw PatternFault("a `(` without its `)`") }
            return node
        case "[": return .one(try bracket())
        case ".": return .one(CharacterClass(ranges: [0x0a...0x0a, 0x0d...0x0d], isNegated: true))
        case "\\": return .one(try escape())
        case "*", "+", "?", "{": throw PatternFault("`\(scalar)` has nothing to repeat")
        case "^", "$":
            throw PatternFault(
                "`\(scalar)` is not needed: a pattern matches the whole text; the character is `\\\(scalar)`"
            )
        case "]", "}": throw PatternFault("a `\(scalar)` by itself; the character is `\\\(scalar)`")
        default: return .one(CharacterClass(ranges: [scalar.value...scalar.value]))
        }
    }

    /// What a backslash was written before.
    private mutating func escape() throws(PatternFault) -> CharacterClass {
        guard let scalar = take() else { throw PatternFault("it ends in a backslash") }
        if let named = CharacterClass.named(scalar) { return named }
        let value: UInt32
        switch scalar {
        case "t": value = 0x09
        case "n": value = 0x0a
        case "r": value = 0x0d
        case "0"..."9", "A"..."Z", "a"..."z": throw PatternFault("`\\\(scalar)` is not known")
        default:
            guard scalar.isASCII, scalar.value > 0x20 else { throw PatternFault("a backslash before no punctuation") }
            value = scalar.value
        }
        return CharacterClass(ranges: [value...value])
    }

    /// Reads a class behind its `[`.
    private mutating func bracket() throws(PatternFault) -> CharacterClass {
        var result = CharacterClass(ranges: [], isNegated: take("^"))
        while let scalar = take() {
            if scalar == "]" {
                guard !result.ranges.isEmpty else { throw PatternFault("a class of no characters") }
                return result
            }
            if scalar == "[" { throw PatternFault("a `[` inside a class; the character is `\\[`") }
            let item = scalar == "\\" ? try escape() : CharacterClass(ranges: [scalar.value...scalar.value])
            guard next == "-", position + 1 < scalars.count, scalars[position + 1] != "]" else {
                result.ranges += item.positiveRanges
                continue
            }
            position += 1
            result.ranges.append(try range(from: item))
        }
        throw PatternFault("a `[` without its `]`")
    }

    private mutating func range(from item: CharacterClass) throws(PatternFault) -> ClosedRange<UInt32> {
        var end = CharacterClass(ranges: [])
        if take("\\") {
            end = try escape()
        } else if let scalar = take() {
            end.ranges = [scalar.value...scalar.value]
        }
        guard let low = PatternReader.single(item), let high = PatternReader.single(end), low <= high else {
            throw PatternFault("a range of characters that is none")
        }
        return low...high
    }

    private static func single(_ item: CharacterClass) -> UInt32? {
        guard !item.isNegated, item.ranges.count == 1, item.ranges[0].count == 1 else { return nil }
        return item.ranges[0].lowerBound
    }
}
