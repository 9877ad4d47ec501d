/// Looks for placeholders in a body that arrives in pieces of any size, in constant memory and without holding it up.
///
/// A placeholder is found when the last byte of its mark arrives, so its id, without which it is nothing, is never sent.
package struct PlaceholderScanner: Sendable {
    private let search: PlaceholderSearch
    /// The end of what came before, in which a mark may have begun.
    private var tail: [UInt8] = []

    package init(_ search: PlaceholderSearch) { self.search = search }

    /// Whether a placeholder begins in what came before or in this piece, so that the piece must not be sent.
    package mutating func finds(in piece: UnsafeRawBufferPointer) -> Bool {
        if search.finds(in: piece) { return true }
        let reach = max(0, search.patterns.maximumLength - 1)
        let seam = tail + piece.prefix(reach)
        if !tail.isEmpty, seam.withUnsafeBytes(search.finds(in:)) { return true }
        tail = Array((piece.count < reach ? seam : Array(piece.suffix(reach))).suffix(reach))
        return false
    }
}
