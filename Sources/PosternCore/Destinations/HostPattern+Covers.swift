extension HostPattern {
    /// Whether every host that `other` matches is matched by this pattern too.
    ///
    /// Two wildcards are compared by their text, so a few true coverings are not seen; none is claimed falsely.
    package func covers(_ other: HostPattern) -> Bool {
        if !other.isWildcard { return HostName(other.text).map(matches) ?? false }
        if text == other.text { return true }
        guard text.hasPrefix("*.") else { return false }
        return other.text.hasSuffix(text.dropFirst())
    }

    /// Whether this pattern covers `other` on the same port.
    package func covers(_ other: HostPattern, scheme: Scheme) -> Bool {
        (port ?? scheme.defaultPort) == (other.port ?? scheme.defaultPort) && covers(other)
    }
}
