/// What a caller itself forbids for one call, on top of what its grant allows.
///
/// It never allows anything.
package struct RequestRule: Hashable, Sendable {
    /// The kind of rule, such as `json_match`.
    package let type: String
    /// The rule, as a JSON object.
    package let body: String

    package init(type: String, body: String) {
        self.type = type
        self.body = body
    }
}
