internal import PosternCommand
internal import PosternCore

/// A time of an answer, as people read it.
package struct When {
    private let text: String
    private let now: Int64

    /// Takes RFC 3339 text; `nil` for none.
    package init?(_ text: String?, now: Int64 = Output.now()) {
        guard let text else { return nil }
        self.text = text
        self.now = now
    }

    /// `3 d ago`, for tables.
    package var short: String { Timestamp.parse(text).map { Span.relative($0, now: now) } ?? text }

    /// `2026-07-12T09:41:07Z (3 d ago)`, where there is room.
    package var long: String {
        guard let time = Timestamp.parse(text) else { return text }
        return "\(Timestamp.text(time).prefix(19))Z (\(short))"
    }
}
