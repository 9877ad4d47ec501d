extension Palette.Tone {
    /// What a state of an agent, a key, a grant or a step means to the reader.
    static func status(_ status: String) -> Palette.Tone {
        switch status {
        case "active", "allow", "approved", "executed": .good
        case "paused", "deprecated", "suspended", "pending", "executing", "broken": .attention
        case "revoked", "expired", "deny", "denied", "failed": .bad
        default: .plain
        }
    }
}
