internal import Glibc
package import PosternCommand
internal import PosternCore
package import PosternMCP

/// Which files and servers a command is about.
package struct MCPSelection {
    private let files: [String]
    private let servers: [String]
    /// Providers that were named, by `SERVER.NAME`.
    private let providers: [String: String]

    package init(files: [String] = [], servers: [String] = [], providers: [String: String] = [:]) {
        self.files = files
        self.servers = servers
        self.providers = providers
    }

    /// Whether files were named, rather than looked for.
    var namesFiles: Bool { !files.isEmpty }

    /// A file, and what is to be done with it, or why nothing can be.
    package struct Found {
        package let file: ClientFile
        package let result: Result<(file: WatchedFile, plan: FilePlan), CommandFailure>
    }

    /// Reads the files, those of the user and the project if none was named.
    ///
    /// - Throws: ``CommandFailure`` if a server or a provider was named that is nowhere.
    package func read(environment: [String: String] = Environment.all) throws -> [Found] {
        SecretBytes.forbidDumps()
        var seen: Set<String> = []
        var found: [Found] = []
        for file in try candidates(environment) {
            let one = Found(file: file, result: read(file))
            // One file by two names, such as a link, is one.
            if case .success(let (watched, _)) = one.result, !seen.insert(watched.path).inserted { continue }
            found.append(one)
        }
        try check(found)
        return found
    }

    private func candidates(_ environment: [String: String]) throws -> [ClientFile] {
        guard files.isEmpty else {
            return files.map {
                ClientFile(client: ClientFiles.client(ofPath: $0.hasPrefix("/") ? $0 : "/\($0)"), path: $0)
            }
        }
        guard let places = ClientFiles(environment: environment) else {
            throw CommandFailure("HOME names no directory", hint: "name files with --file")
        }
        return places.candidates(projects: MCPSelection.projects()).filter { WatchedFile.exists($0.path) }
    }

    /// The working directory and those above it up to the one with the repository.
    private static func projects() -> [String] {
        guard let current = getcwd(nil, 0) else { return [] }
        defer { free(current) }
        let start = String(cString: current)
        var directories: [String] = []
        var directory = start
        while !directory.isEmpty {
            directories.append(directory)
            if WatchedFile.exists("\(directory)/.git") { return directories }
            directory = String(directory[..<(directory.lastIndex(of: "/") ?? directory.startIndex)])
        }
        return [start]
    }

    private func read(_ file: ClientFile) -> Result<(file: WatchedFile, plan: FilePlan), CommandFailure> {
        do {
            guard file.syntax != nil else {
                throw CommandFailure("not understood: \(file.client.manualSteps ?? "YAML is not edited")")
            }
            let watched = try WatchedFile(file.path)
            var plan = try FilePlan(watched.bytes, of: file, judge: MCPSelection.judge)
            for index in plan.servers.indices {
                let server = plan.servers[index]
                plan.servers[index].choose { providers[server.label($0)] }
            }
            if !servers.isEmpty { plan.servers.removeAll { !servers.contains($0.entry.name) } }
            return .success((watched, plan))
        } catch let fault as DocumentFault {
            return .failure(CommandFailure("not understood: \(fault.description)"))
        } catch {
            return .failure(CommandFailure(error))
        }
    }

    private func check(_ found: [Found]) throws {
        let plans = found.compactMap { try? $0.result.get().plan }
        let names = Set(plans.flatMap(\.servers).map(\.entry.name))
        if let missing = servers.first(where: { !names.contains($0) }) {
            throw CommandFailure(usage: "no server is called `\(missing)`", hint: "`postern mcp list` shows them")
        }
        let labels = Set(plans.flatMap(\.servers).flatMap { server in server.secrets.map { server.label($0) } })
        if let missing = providers.keys.sorted().first(where: { !labels.contains($0) }) {
            throw CommandFailure(
                usage: "--provider names `\(missing)`, which is no secret that was found",
                hint: "it is SERVER.NAME=PROVIDER; `postern mcp import --dry-run` shows the names"
            )
        }
    }

    private static let judge = ValueJudge { name, value in
        if value.withBytes({ $0.starts(with: Array("alter_key_".utf8)) }) || KeyShape.isPlaceholder(value) {
            return .none
        }
        switch ImportTarget(variable: name, value: value) {
        case .provider(let provider): return .known(provider)
        case .unknown: return .unknown
        case .none(let reason): return .unusable(reason)
        }
    }
}
