/// A pattern in which `*` is any text and `?` any one character.
struct GlobPattern {
    /// Without a `*` behind another one, which would only take time.
    private let scalars: [Unicode.Scalar]

    /// Reads a pattern.
    ///
    /// Brackets are sets of characters to some and plain ones to others, so they are refused.
    init(_ text: String) throws(RequestRuleFault) {
        guard !text.unicodeScalars.contains("[") else {
            throw RequestRuleFault("params: a pattern has no other signs than * and ?")
        }
        var scalars: [Unicode.Scalar] = []
        for scalar in text.unicodeScalars where scalar != "*" || scalars.last != "*" { scalars.append(scalar) }
        self.scalars = scalars
    }

    /// Whether a whole text is like this; `nil` if `work` is used up before that is known.
    ///
    /// It may take as many steps as the product of their lengths.
    func matches(_ text: [Unicode.Scalar], work: inout MatchingWork) -> Bool? {
        guard work.take(1) else { return nil }
        var position = 0
        var index = 0
        var retry: (index: Int, position: Int)?
        while position < text.count {
            guard work.take(1) else { return nil }
            if index < scalars.count, scalars[index] == "*" {
                retry = (index, position)
                index += 1
            } else if index < scalars.count, scalars[index] == "?" || scalars[index] == text[position] {
                index += 1
                position += 1
            } else if let last = retry {
                retry = (last.index, last.position + 1)
                index = last.index + 1
                position = last.position + 1
            } else {
                return false
            }
        }
        return scalars[index...].allSatisfy { $0 == "*" }
    }
}
