/// A request as it is put before whoever decides about it.
package struct ApprovalCase: Sendable {
    package let status: ApprovalStatus
    /// In a list, and once it is over, only in short: without parameters, fields and what is in the body.
    package let text: ApprovalText
    /// The gate that whoever asked may decide now; `nil` if there is none.
    package let gate: ApprovalGate?
}
