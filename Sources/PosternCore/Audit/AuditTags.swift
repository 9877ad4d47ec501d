/// What a client said about the work a request belongs to. None of it is proven.
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
