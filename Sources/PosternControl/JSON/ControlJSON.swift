internal import CCurl
package import FoundationEssentials

/// How the control interface writes JSON.
package enum ControlJSON {
    /// The bytes of a value, its members in the order of their names.
    package static func encode(_ value: some Encodable, isForPeople: Bool = false) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if isForPeople { encoder.outputFormatting.insert(.prettyPrinted) }
        return try encoder.encode(value)
    }

    /// Overwrites bytes that may hold a secret.
    package static func wipe(_ data: inout Data) {
        data.withUnsafeMutableBytes { bytes in
            if let start = bytes.baseAddress { postern_control_wipe(start, bytes.count) }
        }
    }

    /// Says what is wrong without the value, which may be a secret.
    static func reason(_ error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, let context): "no \(path(context.codingPath + [key]))"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            "\(path(context.codingPath)) is of another type"
        case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
            "\(path(context.codingPath)) has an unknown value"
        default: "no JSON"
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
    }
}
