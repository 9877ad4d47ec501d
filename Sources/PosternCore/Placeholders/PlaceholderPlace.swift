/// Where in a request a placeholder stood that does not belong there.
package enum PlaceholderPlace: Hashable, Sendable {
    case host
    case path
    case query
    /// A field; its name, unless that is long or is where the placeholder was.
    case field(String?)
    case body
    /// The place of a credential for which it does not stand.
    case otherSlot

    /// The place in words, which never repeat what stood there.
    package var description: String {
        switch self {
        case .host: "the host"
        case .path: "the path"
        case .query: "the query"
        case .field(let name?): "the field \(name)"
        case .field(nil): "a header field"
        case .body: "the body"
        case .otherSlot: "the place of another credential"
        }
    }
}
