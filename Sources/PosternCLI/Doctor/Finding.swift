internal import PosternCommand
package import PosternControl

/// What one check of an installation came to.
package struct Finding: Encodable, Hashable, Sendable {
    package enum Status: String, Encodable, Sendable {
        case ok
        /// It works, and somebody should know.
        case warn
        case fail
        /// It could not be looked at.
        case skip
    }

    package let check: String
    package let status: Status
    /// What was found.
    package let detail: String
    /// What to do; `nil` if nothing is to be done.
    @Nullable package var fix: String?

    static func ok(_ check: String, _ detail: String) -> Finding {
        Finding(check: check, status: .ok, detail: detail, fix: nil)
    }

    static func warn(_ check: String, _ detail: String, fix: String) -> Finding {
        Finding(check: check, status: .warn, detail: detail, fix: fix)
    }

    static func fail(_ check: String, _ detail: String, fix: String?) -> Finding {
        Finding(check: check, status: .fail, detail: detail, fix: fix)
    }

    static func skip(_ check: String, _ detail: String, fix: String? = nil) -> Finding {
        Finding(check: check, status: .skip, detail: detail, fix: fix)
    }

    /// What others than root and the daemon's user may not look at.
    static func forbidden(_ check: String, _ path: String) -> Finding {
        .skip(check, "you may not look at \(path)", fix: "run `postern doctor` as root, or as the user of posternd")
    }

    /// One line for people, and one for what to do.
    package func text(_ palette: Palette) -> String {
        let tone: Palette.Tone =
            switch status {
            case .ok: .good
            case .warn: .attention
            case .fail: .bad
            case .skip: .plain
            }
        let mark = palette.paint(status.rawValue, tone) + String(repeating: " ", count: 6 - status.rawValue.count)
        let name = check + String(repeating: " ", count: max(1, 22 - check.count))
        let advice = fix.map { "      fix: \(Printable.text($0))\n" } ?? ""
        return "\(mark)\(name)\(Printable.text(detail))\n\(advice)"
    }
}
