/// A request that is to be approved, in words: what hides or moves text is written as `\u{…}`.
package struct ApprovalRequestWords: Codable, Hashable, Sendable {
    /// A name and its value.
    package struct Member: Codable, Hashable, Sendable {
        package let name: String
        package let value: String
        /// Whether the value is longer than what is shown.
        package let cut: Bool

        package init(name: String, value: String, cut: Bool) {
            self.name = name
            self.value = value
            self.cut = cut
        }
    }

    /// The beginning of a body.
    package struct Body: Codable, Hashable, Sendable {
        package let text: String
        /// `json`, which is indented, `text`, or `binary`, which is hexadecimal digits.
        package let kind: String
        package let cut: Bool
        /// How long it is as it is sent.
        package let bytes: Int
        package let sha256: String

        package init(text: String, kind: String, cut: Bool, bytes: Int, sha256: String) {
            self.text = text
            self.kind = kind
            self.cut = cut
            self.bytes = bytes
            self.sha256 = sha256
        }
    }

    /// What will happen.
    package let sentence: String
    package let method: String
    package let host: String
    package let path: String
    package let parameters: [Member]
    package let fields: [Member]
    @Nullable package var body: Body?
    /// What the client says of itself and its reasons; none of it is proven.
    package let claims: [Member]
    /// Whether a part of the request is not shown.
    package let partial: Bool

    package init(
        sentence: String,
        method: String,
        host: String,
        path: String,
        parameters: [Member],
        fields: [Member],
        body: Body?,
        claims: [Member],
        partial: Bool
    ) {
        self.sentence = sentence
        self.method = method
        self.host = host
        self.path = path
        self.parameters = parameters
        self.fields = fields
        self.body = body
        self.claims = claims
        self.partial = partial
    }
}
