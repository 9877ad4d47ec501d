/// Reads what stands between delimiters and is not a string: numbers, booleans, dates and times.
enum TOMLScalar {
    /// The value of a token; `nil` if it is none.
    static func value(of token: String) -> ConfigNode.Value? {
        switch token {
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        default: break
        }
        // Each form is told by its shape first, so that what looks like one and is out of range is not taken for another.
        if let match = token.wholeMatch(of: /([+-]?)(0|[1-9](?:_?[0-9])*)/) {
            return integer(match.output.2, radix: 10, isNegative: match.output.1 == "-")
        }
        if let match = token.wholeMatch(of: /0x([0-9A-Fa-f](?:_?[0-9A-Fa-f])*)/) {
            return integer(match.output.1, radix: 16)
        }
        if let match = token.wholeMatch(of: /0o([0-7](?:_?[0-7])*)/) { return integer(match.output.1, radix: 8) }
        if let match = token.wholeMatch(of: /0b([01](?:_?[01])*)/) { return integer(match.output.1, radix: 2) }
        if token.wholeMatch(of: float) != nil {
            let digits = token.replacing("_", with: "")
            return .decimal(digits.hasPrefix("+") ? String(digits.dropFirst()) : digits)
        }
        if token.wholeMatch(of: /[+-]?(inf|nan)/) != nil { return .other("a floating-point number") }
        return TOMLMoment.value(of: token)
    }

    private static var float: Regex<Substring> {
        /[+-]?(?:0|[1-9](?:_?[0-9])*)(?:\.[0-9](?:_?[0-9])*)?(?:[eE][+-]?[0-9](?:_?[0-9])*)?/
    }

    private static func integer(_ digits: Substring, radix: Int, isNegative: Bool = false) -> ConfigNode.Value? {
        Int((isNegative ? "-" : "") + digits.replacing("_", with: ""), radix: radix).map { .integer($0) }
    }
}
