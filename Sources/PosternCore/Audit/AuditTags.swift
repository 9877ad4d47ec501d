/// What a client said about the work a request belongs to.
///
/// None of it is proven.
package struct AuditTags: Sendable {
    /// The run, from `Postern-Run`.
    package var run: ArraySlice<UInt8>?
    /// The role, from `Postern-Role`.
    package var role: ArraySlice<UInt8>?
    /// Free text, from `Postern-Context` or `X-Alter-Context`.
    package var context: ArraySlice<UInt8>?
    /// The trace it is part of, from a valid `traceparent`.
    package var trace: TraceParent?

    package init(
        run: ArraySlice<UInt8>? = nil,
        role: ArraySlice<UInt8>? = nil,
        context: ArraySlice<UInt8>? = nil,
        trace: TraceParent? = nil
    ) {
        self.run = run
        self.role = role
        self.context = context
        self.trace = trace
    }

    @inline(__always)
    func encode(into encoder: inout JSONObjectEncoder) {
        encoder.member("postern.run", bytes: run)
        encoder.member("postern.role", bytes: role)
        encoder.member("postern.context", bytes: context)
        encoder.member("trace.id", bytes: trace?.traceID)
        encoder.member("span.id", bytes: trace?.parentID)
    }
}

extension AuditTags {
    /// What a program said of a call that it asked for.
    package init(_ attribution: CallAttribution) {
        self.init()
        fill(from: attribution)
    }

    /// Adds what a program said of a request when it asked for what stands in it, where the request itself is silent.
    package mutating func fill(from attribution: CallAttribution) {
        context = context ?? attribution.context.map { Array($0.utf8)[...] }
        trace = trace ?? attribution.traceparent.flatMap { TraceParent(Array($0.utf8)[...]) }
    }

    /// Longer values are cut, so that a client cannot fill the log with one header.
    private static let maxLength = 256

    /// Reads the tags of a request.
    ///
    /// Of repeated fields the last counts.
    package init(_ head: RequestHead) {
        self.init()
        for field in head.fields {
            guard let known = field.known else { continue }
            switch known {
            case .posternRun: run = head[field.value].prefix(AuditTags.maxLength)
            case .posternRole: role = head[field.value].prefix(AuditTags.maxLength)
            case .posternContext, .alterContext: context = head[field.value].prefix(AuditTags.maxLength)
            case .traceparent: trace = TraceParent(head[field.value])
            default: break
            }
        }
    }
}
