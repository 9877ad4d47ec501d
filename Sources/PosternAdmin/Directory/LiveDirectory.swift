internal import PosternConfig
package import PosternCore

/// The directory that is in force: what the configuration file declares and what the store holds, compiled together.
///
/// A change of the store compiles the agents that it touches and no others.
///
/// @unchecked: once it is made, it is used only in work that ``Administration`` does alone.
package final class LiveDirectory: @unchecked Sendable {
    /// What holds now.
    package private(set) var directory: Directory
    /// What of the store could not be used, and was left out: nobody may do anything by it.
    package private(set) var problems: [String] = []
    /// Whether the agents of the store were taken out.
    package private(set) var isWithdrawn = false

    private let store: any DirectoryStore
    /// What the configuration declares.
    package private(set) var declared: DirectoryContents
    private var compiler: StoreCompiler

    /// Compiles everything.
    ///
    /// - Throws: ``DirectoryError``, ``StoreError``, or ``NameTaken``.
    package init(_ store: any DirectoryStore, declared: DirectoryContents, placeholders: PlaceholderKey) throws {
        self.store = store
        self.declared = declared
        let base = try Directory(declared, placeholders: placeholders)
        compiler = StoreCompiler(base, declared)
        directory = base
        directory = try whole(over: base)
    }

    /// The names of the agents that the configuration declares.
    package var declaredAgents: Set<String> { Set(declared.agents.map(\.name)) }

    /// Compiles everything anew for another configuration, which is in force if this does not throw.
    ///
    /// - Throws: ``DirectoryError``, ``StoreError``, or ``NameTaken``; then all stays as it was.
    package func replaceDeclarations(_ contents: DirectoryContents) throws {
        let base = try Directory(contents, replacing: directory)
        let former = (declared, compiler, problems)
        declared = contents
        compiler = StoreCompiler(base, contents)
        do { directory = try whole(over: base) } catch {
            (declared, compiler, problems) = former
            throw error
        }
        isWithdrawn = false
    }

    /// What ended by itself so long ago that nothing may run under it any more; `now` is in seconds since 1970.
    package func ended(at now: Int64) -> Impact { compiler.principalsWithEndedRules(at: now) }

    /// Takes every agent of the store out, for when nobody knows any more what they may do.
    package func withdrawStore() throws {
        directory = try Directory(declared, replacing: directory)
        isWithdrawn = true
    }

    /// Compiles what a change of the store has made different.
    package func apply(_ impact: Impact) throws {
        directory = try store.read { reader in
            var agents = impact.agents
            var users = impact.users
            var groups = impact.groups
            var touchesApp = impact.app
            var secrets = impact.secrets
            if !impact.providers.isEmpty {
                let all = try reader.secrets(includingRevoked: false)
                secrets.formUnion(all.filter { impact.providers.contains($0.provider) }.map(\.id))
            }
            for secret in secrets {
                compiler.forget(secret: secret)
                var filter = GrantFilter()
                filter.secretID = secret
                filter.includesRevoked = true
                for grant in try reader.grants(filter, Page()) {
                    switch grant.principal {
                    case .agent(let id): agents.insert(id)
                    case .user(let id): users.insert(id)
                    case .group(let name): groups.insert(name)
                    case .system: touchesApp = true
                    }
                }
            }
            var changed: [CompiledAgent] = []
            var gone: [String] = []
            for id in try withDescendants(agents, reader) {
                guard let agent = try reader.agent(id: id) else { continue }
                // The name of a revoked agent may be another's by now.
                guard agent.status != .revoked else {
                    if let name = compiler.remove(agent: id) { gone.append(name) }
                    continue
                }
                changed.append(try compiler.compile(agent, in: reader))
            }
            if !groups.isEmpty {
                users.formUnion(try reader.users().filter { !groups.isDisjoint(with: $0.groups) }.map(\.id))
            }
            for id in users {
                if let user = try compiler.compile(user: id, in: reader) {
                    changed.append(user)
                } else {
                    gone.append(PrincipalID.user(id).directoryName)
                }
            }
            if touchesApp { changed.append(try compiler.compileApp(in: reader)) }
            return try Directory(
                directory,
                removing: gone,
                putting: changed,
                providers: compiler.usedProviders
            )
        }
        problems = compiler.takeProblems()
    }

    private func whole(over base: Directory) throws -> Directory {
        let agents = try store.read { try compiler.compileAll(in: $0) }
        problems = compiler.takeProblems()
        let names = declaredAgents
        for agent in agents where names.contains(agent.name) { throw NameTaken(name: agent.name) }
        return try Directory(base, putting: agents, providers: compiler.usedProviders)
    }

    /// Those below an agent are paused with it.
    private func withDescendants(_ ids: Set<String>, _ reader: any StoreReader) throws -> Set<String> {
        var all = ids
        var open = Array(ids)
        while let id = open.popLast() {
            for child in try reader.agents(below: id) where all.insert(child.id).inserted { open.append(child.id) }
        }
        return all
    }

    /// The configuration declares an agent of a name that one in the store has.
    package struct NameTaken: Error, CustomStringConvertible {
        let name: String
        package var description: String {
            "agent \(name) is declared in the configuration file and stands in the store as well; rename one of them"
        }
    }
}
