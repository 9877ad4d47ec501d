/// A request as it is put before whoever decides about it.
package struct ApprovalCase: Sendable {
    package let status: ApprovalStatus
    package let text: ApprovalText
    /// The gate that whoever asked may decide now; `nil` if there is none.
    package let gate: ApprovalGate?
}
