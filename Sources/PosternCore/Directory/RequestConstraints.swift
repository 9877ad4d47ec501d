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
    /// The parts of the week in which it holds.
    package let hours: [HourWindow]?
    /// What the JSON body must hold.
    package let body: BodyRules?
    /// What may be asked of an MCP server.
    package let mcp: MCPRules?

    package init(
        methods: [Method]? = nil,
        paths: [PathPattern]? = nil,
        queryKeys: [String]? = nil,
        allowsEncodedSlash: Bool = false,
        maxBodyBytes: Int? = nil,
        hours: [HourWindow]? = nil,
        body: BodyRules? = nil,
        mcp: MCPRules? = nil
    ) {
        self.methods = methods
        self.paths = paths
        self.queryKeys = queryKeys
        self.allowsEncodedSlash = allowsEncodedSlash
        self.maxBodyBytes = maxBodyBytes
        self.hours = hours
        self.body = body
        self.mcp = mcp
    }

    /// The most bytes of a request body that have to be held to judge it; `nil` where none has to be.
    package var inspectedBytes: Int? {
        switch (body?.maxBytes, mcp?.maxBytes) {
        case (let body?, let mcp?): min(body, mcp)
        case (let limit, nil), (nil, let limit): limit
        }
    }

    /// Whether a moment, in seconds since 1970, is in the hours.
    package func isOpen(at nowSeconds: Int64) -> Bool { hours?.contains { $0.contains(nowSeconds) } ?? true }
}
