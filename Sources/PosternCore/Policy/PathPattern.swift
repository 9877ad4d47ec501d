/// A pattern over canonical paths, such as `/v1/**` or `/repos/*/issues`.
///
/// `*` stands for exactly one segment, `**` for any number of whole segments, none included; other text matches
/// itself, case and all.
package struct PathPattern: Hashable, Sendable {
    enum Segment: Hashable, Sendable {
        case literal([UInt8])
        case one
        case any
    }

    /// The pattern as written.
    package let text: String
    let segments: [Segment]

    /// Reads a pattern; `nil` if it does not start with `/`, has `*` inside a longer segment, or holds a byte that a
    /// canonical path never holds (see ``RequestPath``), so that it could not match.
    package init?(_ text: String) {
        guard text.hasPrefix("/"), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && !"?#\\%;".utf8.contains($0) })
        else {
            return nil
        }
        var segments: [Segment] = []
        for part in text.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            switch part {
            case "*": segments.append(.one)
            case "**": segments.append(.any)
            case ".", "..": return nil
            default:
                guard !part.contains("*") else { return nil }
                segments.append(.literal(Array(part.utf8)))
            }
        }
        self.text = text
        self.segments = segments
    }

    /// Whether the pattern covers a canonical path (without its query).
    package func matches(_ path: ArraySlice<UInt8>) -> Bool {
        let parts = path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        // Greedy match with one point to return to: linear for one `**`, never exponential.
        var part = 0
        var segment = 0
        var retry: (segment: Int, part: Int)?
        while part < parts.count {
            if segment < segments.count {
                switch segments[segment] {
                case .any:
                    retry = (segment + 1, part)
                    segment += 1
                    continue
                case .one where !parts[part].isEmpty:
                    segment += 1
                    part += 1
                    continue
                case .literal(let bytes) where parts[part].elementsEqual(bytes):
                    segment += 1
                    part += 1
                    continue
                case .one, .literal: break
                }
            }
            guard let back = retry else { return false }
            retry = (back.segment, back.part + 1)
            segment = back.segment
            part = back.part + 1
        }
        return segments[segment...].allSatisfy { $0 == .any }
    }
}
