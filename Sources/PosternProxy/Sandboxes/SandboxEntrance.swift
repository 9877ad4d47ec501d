/// A way out of a sandbox, which is a listener inside it.
package enum SandboxEntrance: Hashable, Sendable {
    /// A proxy, at this port.
    case proxy(port: UInt16)
    /// Every address, at the port of http: a client believes to speak to the host that it asks for.
    case http
    /// The same at the port of https: it begins with TLS.
    case https
}
