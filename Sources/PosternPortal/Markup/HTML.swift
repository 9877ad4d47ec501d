/// Markup that a browser is given as it stands.
///
/// What is written in the source is markup; what is interpolated is text, and escaped. Beside files of ours there is no
/// other way to make one, so that text of agents, users and providers cannot become markup.
struct HTML: Sendable, ExpressibleByStringInterpolation {
    let source: String

    init(stringLiteral value: StaticString) { source = "\(value)" }

    init(stringInterpolation: StringInterpolation) { source = stringInterpolation.source }

    /// A file of ours, as it stands.
    init(resource bytes: [UInt8]) { source = String(decoding: bytes, as: UTF8.self) }

    /// Pieces, one after the other.
    init(_ pieces: [HTML]) { source = pieces.map(\.source).joined() }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var source = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            source.reserveCapacity(literalCapacity + interpolationCount * 16)
        }

        mutating func appendLiteral(_ literal: StaticString) { source += "\(literal)" }

        /// Text, for an element or a value in double quotes.
        mutating func appendInterpolation(_ text: String) { EscapedText.append(text, to: &source) }

        mutating func appendInterpolation(_ number: Int) { source += "\(number)" }

        mutating func appendInterpolation(_ markup: HTML) { source += markup.source }

        /// Pieces, one after the other.
        mutating func appendInterpolation(_ pieces: [HTML]) {
            for piece in pieces { source += piece.source }
        }

        /// Markup, if there is any.
        mutating func appendInterpolation(_ markup: HTML?) { source += markup?.source ?? "" }
    }
}
