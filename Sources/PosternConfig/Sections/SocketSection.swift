internal import PosternCore

/// `[[socket]]`: a listener whose every connection is one agent.
struct SocketSection {
    let allowsRemote: Bool
    let listeners: ListenerList

    func read(_ table: TableReader) {
        let agent = table.requiredString("agent")
        let userIDs = UserIDKeys.read("uids", table, hint: "leave it out to admit whom the file mode admits")
        let address = readAddress(table, hasUserIDs: table.has("uids"))
        table.finish()
        guard let agent, let address else { return }
        // One that this file does not declare may be in the store, or come to be there.
        guard NameRules.isName(agent.value) else {
            return table.refuse("agent", "is no agent's name")
        }
        let listener = ListenerSettings(address: address, agent: agent.value, allowedUserIDs: userIDs)
        listeners.add(listener, line: table.line, in: table)
    }

    private func readAddress(_ table: TableReader, hasUserIDs: Bool) -> ListenerSettings.Address? {
        let forms = ["path", "listen", "systemd"].filter(table.has)
        guard forms.count == 1 else {
            let found = forms.isEmpty ? "none" : forms.map { "`\($0)`" }.joined(separator: " and ")
            table.refuse("[[socket]] takes exactly one of `path`, `listen` and `systemd`, found \(found)")
            _ = table.has("mode")
            return nil
        }
        let mode = readMode(table, isPath: forms == ["path"], hasUserIDs: hasUserIDs)
        if let path = table.string("path") {
            return table.attempt("path", line: path.line) { () throws(Refusal) in
                .unix(path: try ListenAddress.socketPath(path.value), mode: mode)
            }
        }
        if let listen = table.string("listen") {
            if hasUserIDs { table.refuse("uids", "needs a unix socket: TCP does not say who connects") }
            return table.attempt("listen", line: listen.line) { () throws(Refusal) in
                .tcp(try ListenAddress.tcp(listen.value, allowsRemote: allowsRemote))
            }
        }
        guard let name = table.string("systemd") else { return nil }
        return table.attempt("systemd", line: name.line) { () throws(Refusal) in
            .inherited(name: try ListenAddress.inheritedName(name.value))
        }
    }

    private func readMode(_ table: TableReader, isPath: Bool, hasUserIDs: Bool) -> UInt32 {
        guard let text = table.string("mode") else { return ProxySection.defaultSocketMode }
        guard isPath else {
            table.refuse("mode", "needs `path`: another kind of socket has no mode of ours")
            return ProxySection.defaultSocketMode
        }
        let isOctal =
            (3...4).contains(text.value.utf8.count)
            && text.value.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) }
        guard isOctal, let mode = UInt32(text.value, radix: 8), mode <= 0o777 else {
            table.refuse("mode", "must be a file mode in octal, such as \"0660\"")
            return ProxySection.defaultSocketMode
        }
        if mode & 0o007 != 0, !hasUserIDs {
            table.refuse(
                "mode",
                "lets every user of this machine be the agent",
                hint: "list who may connect in `uids`, or use \"0660\""
            )
        }
        return mode
    }
}
