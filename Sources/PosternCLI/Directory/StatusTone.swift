extension Palette.Tone {
    /// What a state of an agent, a key, a grant or a step means to the reader.
    static func status(_ status: String) -> Palette.Tone {
        switch status {
        case "active", "allow": .good
        case "paused", "deprecated", "suspended": .attention
        case "revoked", "expired", "deny": .bad
        default: .plain
        }
    }
}
