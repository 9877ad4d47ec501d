internal import PosternCommand
package import PosternControl

/// One command's talk with the daemon: requests, and what is printed of the answers.
///
/// Data goes to standard output: one JSON value with `--json`, else lines for people. What was done, and what to do next,
/// goes to standard error.
package struct ControlSession {
    private let client: ControlClient
    /// Whether programs read the output.
    package let printsJSON: Bool
    /// The colours of tables.
    package let palette: Palette

    package init(socketPath: String, printsJSON: Bool, palette: Palette = Palette()) {
        client = ControlClient(socketPath: socketPath)
        self.printsJSON = printsJSON
        self.palette = palette
    }

    /// Sends a request with a body; `names` are what was typed to name things, for which nearer ones are looked up if
    /// there is no such thing.
    package func call<Answer: Decodable>(
        _ method: ControlClient.Method,
        _ path: ControlPath,
        body: some Encodable,
        naming names: [String] = []
    ) throws -> Answer {
        do throws(ControlError) { return try client.call(method, path, body: body) } catch {
            throw NameHelp(client: client, names: names).failure(for: error)
        }
    }

    /// Sends a request without a body.
    package func call<Answer: Decodable>(
        _ method: ControlClient.Method,
        _ path: ControlPath,
        naming names: [String] = []
    ) throws -> Answer {
        do throws(ControlError) { return try client.call(method, path) } catch {
            throw NameHelp(client: client, names: names).failure(for: error)
        }
    }

    /// Asks for a list until all of it is there.
    package func all<Item>(_ path: ControlPath, naming names: [String] = []) throws -> ListAnswer<Item> {
        var part: ListAnswer<Item> = try call(.get, path, naming: names)
        var items = part.items
        while items.count < part.total, !part.items.isEmpty {
            part = try call(.get, path.with("offset", items.count), naming: names)
            items += part.items
        }
        return ListAnswer(items: items, total: items.count, limit: items.count, offset: 0)
    }

    /// Prints a list: the answer, or a table, or on standard error that it is empty.
    package func show<Item>(_ list: ListAnswer<Item>, _ table: ([Item]) -> Table, ifEmpty words: String) throws {
        if printsJSON { return Output.write(try JSONText.of(list)) }
        if list.items.isEmpty { return say(words) }
        Output.write(table(list.items).text(palette))
    }

    /// Prints one thing: the answer, or lines.
    package func show(_ answer: some Encodable, _ facts: Facts) throws {
        Output.write(printsJSON ? try JSONText.of(answer) : facts.text(palette))
    }

    /// Prints one thing: the answer, or text that may be sent to a terminal.
    package func show(_ answer: some Encodable, _ text: String) throws {
        Output.write(printsJSON ? try JSONText.of(answer) : text)
    }

    /// Says what was done; prints the answer if programs read it, else `data`.
    package func done(_ answer: some Encodable, _ words: String, data: String? = nil, hint: String? = nil) throws {
        if printsJSON { return Output.write(try JSONText.of(answer)) }
        say(words)
        if let data { Output.write(Printable.text(data) + "\n") }
        if let hint { self.hint(hint) }
    }

    /// Says something to the person.
    package func say(_ words: String) { Output.writeError("postern: \(Printable.text(words))\n") }

    /// Says what to type next.
    package func hint(_ words: String) { Output.writeError("postern: hint: \(Printable.text(words))\n") }
}
