internal import PosternCore

/// `[proxy]`: where clients connect, where state is kept, how much at once.
struct ProxySection {
    /// The mode of a unix socket for which none is given.
    static let defaultSocketMode: UInt32 = 0o660

    let directories: Directories
    let listeners: ListenerList

    /// Reads the section and answers whether listeners beyond loopback are allowed.
    func read(_ table: TableReader, into settings: inout ProxySettings) -> Bool {
        let allowsRemote = table.boolean("allow_remote_clients") ?? false
        readListeners(table, allowsRemote: allowsRemote)
        settings.stateDirectory = directories.state
        if let directory = table.string("state_dir") {
            if directory.value.hasPrefix("/") {
                settings.stateDirectory = directory.value
            } else {
                table.refuse("state_dir", "must be an absolute path")
            }
        }
        if let loops = table.integer("event_loops", in: 0...1024) { settings.eventLoops = loops }
        if let connections = table.integer("max_connections", in: 1...1_000_000) {
            settings.maxConnections = connections
        }
        table.finish()
        return allowsRemote
    }

    private func readListeners(_ table: TableReader, allowsRemote: Bool) {
        // An empty list is kept: sockets that name their agent may be all there is.
        let written = table.strings("listen")
        let addresses = table.has("listen") ? written ?? [] : [Located("127.0.0.1:3128", line: table.line)]
        for text in addresses {
            let address = table.attempt("listen", line: text.line) { () throws(Refusal) in
                try ListenAddress.any(
                    text.value,
                    socketMode: ProxySection.defaultSocketMode,
                    allowsRemote: allowsRemote
                )
            }
            guard let address else { continue }
            let listener = ListenerSettings(address: address, agent: nil, allowedUserIDs: nil)
            listeners.add(listener, line: text.line, in: table)
        }
    }
}

/// The listeners read so far, each address once.
final class ListenerList {
    private(set) var all: [ListenerSettings] = []
    private var lines: [String: Int?] = [:]

    /// Adds a listener, unless its address is taken.
    func add(_ listener: ListenerSettings, line: Int?, in table: TableReader) {
        let name = listener.address.description
        // Port 0 is another port each time.
        if case .tcp(let endpoint) = listener.address, endpoint.port == 0 {
            all.append(listener)
        } else if let first = lines[name] {
            table.problems.add(
                "\(table.title) listens on \(name) again",
                line: line,
                hint: first.map { "the first is on line \($0)" } ?? "it is the default of `listen` in [proxy]"
            )
        } else {
            lines[name] = .some(line)
            all.append(listener)
        }
    }
}
