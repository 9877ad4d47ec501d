/// Which requests a rule covers.
///
/// In each list, `nil` is no constraint and an empty list matches nothing.
package struct RequestConstraints: Sendable {
    package let methods: [Method]?
    package let paths: [PathPattern]?
    /// The names of query parameters that may appear, after percent-decoding.
    package let queryKeys: [String]?
    /// Whether `%2F` may stand inside a path segment although `paths` is set.
    package let allowsEncodedSlash: Bool
    /// The largest request body, in bytes; `nil` is no limit.
    package let maxBodyBytes: Int?

    package init(
        methods: [Method]? = nil,
        paths: [PathPattern]? = nil,
        queryKeys: [String]? = nil,
        allowsEncodedSlash: Bool = false,
        maxBodyBytes: Int? = nil
    ) {
        self.methods = methods
        self.paths = paths
        self.queryKeys = queryKeys
        self.allowsEncodedSlash = allowsEncodedSlash
        self.maxBodyBytes = maxBodyBytes
    }
}
