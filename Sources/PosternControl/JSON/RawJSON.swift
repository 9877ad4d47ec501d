internal import FoundationEssentials

/// JSON that the interface hands on as it is, such as the terms of a grant.
package enum RawJSON: Hashable, Sendable {
    case null
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    case array([RawJSON])
    case object([String: RawJSON])

    /// An object without members.
    package static let empty = RawJSON.object([:])

    /// Reads JSON; `nil` if it is none.
    package init?(json: String) {
        guard let value = try? JSONDecoder().decode(RawJSON.self, from: Data(json.utf8)) else { return nil }
        self = value
    }

    /// The JSON in one line, members in the order of their names.
    package var json: String {
        (try? ControlJSON.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "null"
    }
}

extension RawJSON: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([RawJSON].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: RawJSON].self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .boolean(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}
