/// What must be seen of a request's body before it is let through, and what is taken out of its answer for the same reason.
package struct BodyInspection: Hashable, Sendable {
    /// What one of a rule's bounds wants to see.
    private struct Part: Hashable {
        let subject: String
        let body: BodyRules?
        let mcp: MCPRules?
    }

    private static let contentType = FieldName("content-type")
    private static let contentEncoding = FieldName("content-encoding")

    private let parts: [Part]
    /// The longest body that is looked into.
    package let maxBytes: Int

    /// Gathers what the bounds of a rule want to see; `nil` if that is nothing.
    init?(_ bounds: [RuleBound]) {
        parts = bounds.compactMap { bound in
            guard bound.constraints.body != nil || bound.constraints.mcp != nil else { return nil }
            return Part(subject: bound.subject, body: bound.constraints.body, mcp: bound.constraints.mcp)
        }
        guard let least = bounds.compactMap(\.constraints.inspectedBytes).min() else { return nil }
        maxBytes = least
    }

    /// Why a request with this body is not covered; `nil` if it is.
    ///
    /// What cannot be seen for certain is not covered.
    package func refusal(of head: RequestHead, body: [UInt8]) -> String? {
        let types = values(of: BodyInspection.contentType, in: head)
        let encodings = values(of: BodyInspection.contentEncoding, in: head)
        guard types.count <= 1, encodings.count <= 1 else { return "it cannot be seen how the body is to be read" }
        for part in parts {
            let verdicts = [
                part.body?.judge(contentType: types.first, contentEncoding: encodings.first, body: body),
                part.mcp?.judge(
                    method: head.method,
                    contentType: types.first,
                    contentEncoding: encodings.first,
                    fields: MCPFields(head),
                    body: body
                ),
            ]
            if let reason = verdicts.lazy.compactMap({ $0?.refusal }).first {
                return part.subject == RuleBound.ownSubject ? reason : "\(part.subject) does not allow it: \(reason)"
            }
        }
        return nil
    }

    /// Whether tools are taken out of answers that the agent may not call.
    package var filtersTools: Bool { parts.contains { $0.mcp?.tools != nil } }

    /// The rules by which tools are taken out of the answer to a request with this body.
    package func toolListRules(forAnswerTo body: [UInt8]) -> [MCPRules] {
        parts.compactMap(\.mcp).filter { $0.mayListTools(inAnswerTo: body) }
    }

    /// What takes tools out of an answer; `isDecoded` says that a coding of its body is undone before.
    package static func filters(_ rules: [MCPRules], for answer: ResponseHead, isDecoded: Bool) -> [ToolListFilter] {
        rules.map { rules in
            ToolListFilter(
                rules,
                contentType: value(of: BodyInspection.contentType, in: answer),
                contentEncoding: isDecoded ? nil : value(of: BodyInspection.contentEncoding, in: answer)
            )
        }
    }

    private func values(of name: FieldName, in head: RequestHead) -> [ArraySlice<UInt8>] {
        head.fields.filter { head.isNamed($0, name) }.map { head[$0.value] }
    }

    /// The value of a field; two of a kind are one that cannot be read.
    private static func value(of name: FieldName, in head: ResponseHead) -> ArraySlice<UInt8>? {
        let values = head.fields
            .filter { field in
                head.bytes.withUnsafeBytes {
                    name.matches(UnsafeRawBufferPointer(rebasing: $0[field.name]), hash: field.hash)
                }
            }
            .map { head.bytes[$0.value] }
        return values.count > 1 ? [] : values.first
    }
}
