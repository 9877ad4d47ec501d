/// The answer that is kept of one approval, but for what it says.
package struct KeptAnswer: Hashable, Sendable {
    /// The id of the approval.
    package let approval: String
    package let asker: Asker
    /// What it takes in the store.
    package let bytes: Int

    package init(approval: String, asker: Asker, bytes: Int) {
        self.approval = approval
        self.asker = asker
        self.bytes = bytes
    }
}
