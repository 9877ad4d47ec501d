/// The path and query of a control request, such as `"/v1/agents/\(name)/pause"`.
///
/// What is interpolated is percent-encoded, so that no name can become another path.
package struct ControlPath: Hashable, Sendable {
    /// As it is sent.
    package private(set) var text: String

    /// Adds a parameter to the query; none if `value` is `nil`.
    package func with(_ name: StaticString, _ value: (some CustomStringConvertible)?) -> ControlPath {
        guard let value else { return self }
        var path = self
        path.text += path.text.utf8.contains(UInt8(ascii: "?")) ? "&" : "?"
        path.text += "\(name)=\(ControlPath.encode(value.description))"
        return path
    }

    private static func encode(_ value: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension ControlPath: ExpressibleByStringInterpolation {
    /// Collects the pieces.
    package struct StringInterpolation: StringInterpolationProtocol {
        var text = ""

        package init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity) }

        package mutating func appendLiteral(_ literal: String) { text += literal }

        /// Appends one segment's text, encoded.
        package mutating func appendInterpolation(_ value: some CustomStringConvertible) {
            text += ControlPath.encode(value.description)
        }
    }

    package init(stringLiteral value: String) { text = value }

    package init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }
}
