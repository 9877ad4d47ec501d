/// Who is asking, once proven: an agent, a user on whose behalf the application asks, or the application itself.
package enum PrincipalID: Hashable, Sendable {
    /// The agent of a name.
    case agent(String)
    /// The user of an id.
    case user(String)
    case app

    /// The name under which a directory holds it.
    ///
    /// No agent's name has a colon.
    package var directoryName: String {
        switch self {
        case .agent(let name): name
        case .user(let id): "user:\(id)"
        case .app: "app:"
        }
    }
}
