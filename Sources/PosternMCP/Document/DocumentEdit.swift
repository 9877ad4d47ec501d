/// One change to a document.
///
/// Paths are those of the document before any change; of several, texts are changed first, and lists grow last.
package enum DocumentEdit: Hashable, Sendable {
    /// Another text in place of the one at a path.
    case text(at: [PathStep], String)
    /// Texts before an element of the list at a path, which has to be there unless it is the first.
    case insert(into: [PathStep], at: Int, [String])
    /// A list of texts in the table at a path, beside a member that is there.
    case addList(in: [PathStep], name: String, beside: String, [String])

    /// In which order edits have to be made so that the paths of those to come stay right: inner lists grow before outer.
    var rank: Int {
        switch self {
        case .text: 0
        case .addList: 1
        case .insert(let path, _, _): 1_000 - path.count
        }
    }
}

/// Bytes in place of a span of the original.
package struct Replacement: Hashable, Sendable {
    package let range: Range<Int>
    package let bytes: [UInt8]
}
