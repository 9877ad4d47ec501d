internal import PosternCore

/// The query of a request as the client signed it: decoded as a form, sorted, and encoded as a form again.
struct SignedQuery: Hashable, Sendable {
    /// Names and values, decoded, in the order in which they are signed.
    let pairs: [Pair]
    private let wasEmpty: Bool

    /// A name and its value.
    struct Pair: Hashable, Sendable, Comparable {
        let name: String
        let value: String

        /// Clients sort by code points, as UTF-8 is in the order of its bytes.
        static func < (left: Pair, right: Pair) -> Bool {
            if left.name == right.name { return left.value.utf8.lexicographicallyPrecedes(right.value.utf8) }
            return left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
        }
    }

    /// Reads a query as it was sent; `nil` if it is not well encoded.
    init?(_ query: String?) {
        let query = query ?? ""
        wasEmpty = query.isEmpty
        var pairs: [Pair] = []
        for part in query.utf8.split(separator: UInt8(ascii: "&")) {
            let pieces = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentEncoding.text(pieces[0], plusIsBlank: true),
                let value = pieces.count > 1 ? PercentEncoding.text(pieces[1], plusIsBlank: true) : ""
            else { return nil }
            pairs.append(Pair(name: name, value: value))
        }
        self.pairs = pairs.sorted()
    }

    /// What is signed behind the path, with its question mark; nothing where there is no query.
    ///
    /// One that has only empty parts keeps its question mark.
    var canonical: String {
        guard !wasEmpty else { return "" }
        return "?" + pairs.map { "\(SignedQuery.form($0.name))=\(SignedQuery.form($0.value))" }.joined(separator: "&")
    }

    /// The parameters; unknown ones, and one given twice, are refused.
    func parameters(allowed: [String]) throws(SDKRefusal) -> [String: String] {
        var parameters: [String: String] = [:]
        for pair in pairs {
            guard allowed.contains(pair.name) else {
                throw .invalid(
                    "an unknown parameter is in the query",
                    hint: allowed.isEmpty ? "this request has none" : "there are \(allowed.joined(separator: ", "))"
                )
            }
            guard parameters.updateValue(pair.value, forKey: pair.name) == nil else {
                throw .invalid("\(pair.name) is given twice")
            }
        }
        return parameters
    }

    private static func form(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            case UInt8(ascii: " "): bytes.append(UInt8(ascii: "+"))
            default:
                bytes += [UInt8(ascii: "%"), HexDigit.upper[Int(byte >> 4)], HexDigit.upper[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
