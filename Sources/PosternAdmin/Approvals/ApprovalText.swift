internal import PosternCore

/// What a frozen request will do, in words for people.
///
/// Every text here is on one line, but the body's: what could move the cursor, hide itself or turn the direction of the text
/// is written as an escape. None of it is escaped for HTML or a terminal's colours.
package struct ApprovalText: Hashable, Sendable {
    /// A name and a value as they are sent.
    package struct Member: Hashable, Sendable {
        package let name: String
        package let value: String
        /// Whether the value is longer than what is shown.
        package let isCut: Bool
    }

    /// The beginning of a body.
    package struct Body: Hashable, Sendable {
        /// JSON is indented; what is no text is shown as hexadecimal digits; empty, and cut, where not at hand.
        package let text: String
        package let kind: Kind
        /// Whether it is longer than what is shown.
        package let isCut: Bool
        /// How long it is as it is sent.
        package let bytes: Int
        /// The SHA-256 of what is sent.
        let digest: KeyDigest
        /// The same in lower-case hexadecimal digits.
        package var sha256: String { String(decoding: HexDigit.text(of: digest.bytes), as: UTF8.self) }

        package enum Kind: String, Sendable { case json, text, binary }
    }

    /// Who will send what to whom, in one or two sentences.
    package let sentence: String
    /// Who asks, such as `agent research-bot`.
    package let principal: String
    package let method: String
    package let host: String
    /// Percent-encoded, as it is sent.
    package let path: String
    /// The query's parameters in order, decoded.
    package let parameters: [Member]
    package let fields: [Member]
    /// `nil` is no body.
    package let body: Body?
    /// What the client says of itself and of its reasons, none of which is proven: names such as `reason`.
    package let claims: [Member]
    /// Whether a part of the request is not shown: nobody should approve what they have not seen.
    package let isPartial: Bool
}
