internal import PosternCore
internal import Synchronization

/// The steps that clients reported lately: one that is reported again is not counted again.
final class SpanReports: Sendable {
    private static let maxSpans = 50
    private static let maxRemembered = 65_536

    private struct State {
        var known: Set<KeyDigest> = []
        /// Those of before, so that not all are forgotten at once.
        var older: Set<KeyDigest> = []
    }

    private let state = Mutex(State())

    init() {}

    /// Those that were not reported before, and each once; one without an id is always new.
    func fresh(_ spans: [ReportRecord.Span], of asker: Asker) -> [ReportRecord.Span] {
        state.withLock { state in
            spans.filter { span in
                guard let digest = SpanReports.digest(span, of: asker) else { return true }
                guard !state.older.contains(digest), state.known.insert(digest).inserted else { return false }
                if state.known.count >= SpanReports.maxRemembered / 2 {
                    state.older = state.known
                    state.known = []
                }
                return true
            }
        }
    }

    /// Takes back that spans were reported, because that could not be written down.
    func forget(_ spans: [ReportRecord.Span], of asker: Asker) {
        state.withLock { state in
            for span in spans {
                guard let digest = SpanReports.digest(span, of: asker) else { continue }
                state.known.remove(digest)
                state.older.remove(digest)
            }
        }
    }

    /// What tells a span from others; `nil` for one without an id.
    private static func digest(_ span: ReportRecord.Span, of asker: Asker) -> KeyDigest? {
        let name = "\(asker.principal.directoryName)\n\(asker.agentID ?? "")"
        return span.id.map { KeyDigest(ofKey: Array("\(name)\n\(span.trace)\n\($0)".utf8)) }
    }

    /// Reads the spans of a body.
    static func read(_ members: inout SDKMembers) throws(SDKRefusal) -> [ReportRecord.Span] {
        guard let objects = try members.objects("spans"), (1...maxSpans).contains(objects.count) else {
            throw .invalid("spans is not an array of 1 to \(maxSpans) objects")
        }
        var spans: [ReportRecord.Span] = []
        for var object in objects {
            let attributes = try object.textsByName("attributes") ?? []
            guard attributes.count <= maxSpans else { throw .invalid("a span has too many attributes") }
            var span = ReportRecord.Span(
                trace: try text(&object, "trace_id", upTo: 255),
                name: try text(&object, "name", upTo: 255),
                start: try text(&object, "start_time", upTo: 64)
            )
            span.id = try optionalText(&object, "span_id", upTo: 32)
            span.parent = try optionalText(&object, "parent_span_id", upTo: 32)
            span.end = try optionalText(&object, "end_time", upTo: 64)
            try object.finish()
            spans.append(span)
        }
        return spans
    }

    private static func text(_ object: inout SDKMembers, _ name: String, upTo limit: Int) throws(SDKRefusal) -> String {
        guard let text = try optionalText(&object, name, upTo: limit) else { throw .invalid("a span has no \(name)") }
        return text
    }

    private static func optionalText(
        _ object: inout SDKMembers,
        _ name: String,
        upTo limit: Int
    ) throws(SDKRefusal) -> String? {
        guard let text = try object.text(name) else { return nil }
        guard (1...limit).contains(text.unicodeScalars.count) else {
            throw .invalid("the \(name) of a span is not 1 to \(limit) characters")
        }
        return text
    }
}
