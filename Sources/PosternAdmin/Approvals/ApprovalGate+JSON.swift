internal import PosternCore

// How the decisions about a request are kept.
extension ApprovalGate {
    /// The decisions that terms ask for, each person once: all must approve.
    ///
    /// Terms that name nobody ask any one operator, and so does the lack of terms.
    static func gates(for terms: [ApprovalTerms]) -> [ApprovalGate] {
        approvers(under: terms).map { ApprovalGate(id: Identifier.random(), approver: $0) }
    }

    /// Whether these are decisions of everybody whom terms ask.
    ///
    /// Whether they are made already is another question.
    static func areEnough(_ gates: [ApprovalGate], under terms: [ApprovalTerms]) -> Bool {
        approvers(under: terms).allSatisfy { approver in gates.contains { $0.approver == approver } }
    }

    private static func approvers(under terms: [ApprovalTerms]) -> [String?] {
        var approvers: [String?] = []
        for term in terms.isEmpty ? [ApprovalTerms()] : terms {
            for approver in term.approvers.isEmpty ? [nil] : term.approvers.map(Optional.some)
            where !approvers.contains(approver) { approvers.append(approver) }
        }
        return approvers
    }

    /// Reads decisions that were written here.
    static func gates(_ json: String) throws(StoreError) -> [ApprovalGate] {
        guard let document = try? JSONDocument(Array(json.utf8)) else { throw damaged }
        var gates: [ApprovalGate] = []
        for element in document.root.elements {
            guard let gate = ApprovalGate(element) else { throw damaged }
            gates.append(gate)
        }
        guard !gates.isEmpty else { throw damaged }
        return gates
    }

    /// Writes decisions.
    static func json(_ gates: [ApprovalGate]) -> String {
        "[" + gates.map(\.json).joined(separator: ",") + "]"
    }

    private static let damaged = StoreError.corrupt(reason: "the gates of an approval cannot be read")

    private init?(_ value: JSONValue) {
        var texts: [String: String] = [:]
        for (name, value) in value.members {
            guard let name = name.string else { return nil }
            texts[String(decoding: name, as: UTF8.self)] =
                String(decoding: value.string ?? Array(value.source), as: UTF8.self)
        }
        guard let id = texts["id"], let status = texts["status"].flatMap(Status.init) else { return nil }
        self.init(
            id: id,
            approver: texts["approver"],
            status: status,
            decidedAt: texts["decided_at"].flatMap(Int64.init),
            decidedBy: texts["decided_by"]
        )
    }

    private var json: String {
        var members = ["\"id\":" + JSONTexts.quoted(id), "\"status\":" + JSONTexts.quoted(status.rawValue)]
        if let approver { members.append("\"approver\":" + JSONTexts.quoted(approver)) }
        if let decidedAt { members.append("\"decided_at\":\(decidedAt)") }
        if let decidedBy { members.append("\"decided_by\":" + JSONTexts.quoted(decidedBy)) }
        return "{" + members.joined(separator: ",") + "}"
    }
}
