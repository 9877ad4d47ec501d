/// The variables that a program in a sandbox gets: what it needs to find Postern, and nothing that others trust the caller
/// with.
package struct SandboxEnvironment: Sendable {
    /// What the caller wants to be otherwise.
    package struct Options: Sendable {
        /// Variables that are passed on whatever they are called.
        package var kept: Set<String> = []
        /// Variables that are set last.
        package var set: [(name: String, value: String)] = []
        /// Whether variables that name base URLs are set.
        package var setsBaseURLs = false

        package init() {}
    }

    package private(set) var variables: [String: String]
    /// The names of variables of the caller that are not passed on, sorted.
    package let removed: [String]
    /// The names of variables that are set or changed, sorted.
    package private(set) var changed: [String] = []

    /// `proxy` is where clients find it, such as `http://127.0.0.1:3128`; `bundle` the path of the certificates to trust, and
    /// of the local authority's alone, `nil` without an authority.
    package init(
        from parent: [String: String],
        for description: RunDescription,
        proxy: String,
        bundle: (merged: String, authority: String)?,
        runtimeDirectory: String?,
        options: Options
    ) {
        variables = parent.filter { name, value in
            // A placeholder of its own was put there for it.
            options.kept.contains(name) || !EnvironmentRules.isSecret(name)
                || description.placeholders.contains { value.contains($0.text) }
        }
        removed = Set(parent.keys).subtracting(variables.keys).sorted()
        for name in EnvironmentRules.proxies { set(name, proxy) }
        for name in EnvironmentRules.exceptions { set(name, EnvironmentRules.noProxy) }
        if let bundle {
            for name in EnvironmentRules.bundles { set(name, bundle.merged) }
            for name in EnvironmentRules.additions { set(name, bundle.authority) }
        }
        if let runtimeDirectory { set("XDG_RUNTIME_DIR", runtimeDirectory) }
        for placeholder in description.placeholders {
            for name in placeholder.variables { set(name, placeholder.text) }
        }
        if options.setsBaseURLs {
            for base in description.baseURLs { set(base.variable, proxy + base.path) }
        }
        set("POSTERN_AGENT", description.agent)
        for (name, value) in options.set { set(name, value) }
        changed = Array(Set(changed)).sorted()
    }

    private mutating func set(_ name: String, _ value: String) {
        variables[name] = value
        changed.append(name)
    }
}
