/// What the templates of an ``AuditTagging`` are filled in with.
package struct TagContext: Sendable {
    package let agent: String
    package let requestID: String
    package let tags: AuditTags

    package init(agent: String, requestID: String, tags: AuditTags) {
        self.agent = agent
        self.requestID = requestID
        self.tags = tags
    }

    /// Fills in a template; what is not known is `-`, and bytes that cannot stand in a field value are left out.
    func render(_ template: Template, into buffer: inout [UInt8]) {
        for part in template.parts {
            switch part {
            case .literal(let text): buffer.append(contentsOf: text.utf8)
            case .variable(let name):
                let value = value(name).filter { (0x20...0x7e).contains($0) }
                buffer.append(contentsOf: value.isEmpty ? [UInt8(ascii: "-")] : value)
            }
        }
    }

    private func value(_ name: String) -> ArraySlice<UInt8> {
        switch name {
        case "agent": ArraySlice(agent.utf8)
        case "request_id": ArraySlice(requestID.utf8)
        case "run": tags.run ?? []
        case "role": tags.role ?? []
        case "context": tags.context ?? []
        default: []
        }
    }
}
