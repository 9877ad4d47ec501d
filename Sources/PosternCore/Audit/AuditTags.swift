/// What a client says about the work that a request is part of, and what Postern calls the request.
///
/// The values are the client's and prove nothing; they are cut to a length and go into audit records and, where a
/// provider asks for it, upstream.
package struct AuditTags: Sendable {
    private static let maxLength = 256

    package let agent: String
    package let requestID: String
    package let run: ArraySlice<UInt8>?
    package let role: ArraySlice<UInt8>?
    package let context: ArraySlice<UInt8>?
    package let traceparent: ArraySlice<UInt8>?

    package init(_ head: RequestHead, agent: String, requestID: String) {
        var run: Range<Int>?
        var role: Range<Int>?
        var context: Range<Int>?
        var trace: Range<Int>?
        for field in head.fields {
            switch field.known {
            case .posternRun: run = field.value
            case .posternRole: role = field.value
            case .posternContext, .alterContext: context = field.value
            case .traceparent: trace = field.value
            default: break
            }
        }
        self.agent = agent
        self.requestID = requestID
        self.run = run.map { head[$0].prefix(AuditTags.maxLength) }
        self.role = role.map { head[$0].prefix(AuditTags.maxLength) }
        self.context = context.map { head[$0].prefix(AuditTags.maxLength) }
        traceparent = trace.map { head[$0].prefix(AuditTags.maxLength) }
    }

    /// Fills in a template; what is not known is `-`, and bytes that could end a field value are left out.
    func render(_ template: Template, into buffer: inout [UInt8]) {
        for part in template.parts {
            switch part {
            case .literal(let text): buffer.append(contentsOf: text.utf8)
            case .variable(let name):
                let value = value(name)
                buffer.append(contentsOf: value.isEmpty ? [UInt8(ascii: "-")] : value)
            }
        }
    }

    private func value(_ name: String) -> [UInt8] {
        let raw: ArraySlice<UInt8>? =
            switch name {
            case "agent": ArraySlice(agent.utf8)
            case "request_id": ArraySlice(requestID.utf8)
            case "run": run
            case "role": role
            case "context": context
            default: nil
            }
        return (raw ?? []).filter { (0x20...0x7e).contains($0) }
    }
}
