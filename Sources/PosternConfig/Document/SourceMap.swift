/// Where each key of a TOML document was written, because the parser does not say.
struct SourceMap {
    /// One step from the top of a document to a value.
    enum Step: Hashable {
        case key(String)
        case index(Int)
    }

    private var lines: [[Step]: Int] = [:]

    /// The line, from 1, of the value at `path`; that of the nearest table or array around it when unknown.
    func line(of path: [Step]) -> Int? {
        var path = path[...]
        while !path.isEmpty {
            if let line = lines[Array(path)] { return line }
            path.removeLast()
        }
        return nil
    }

    /// Notes where `path` begins. The first place wins: `[a.b]` before `[a]` is where `a` was first seen, but a
    /// header of its own is better, so headers may replace.
    mutating func note(_ path: [Step], line: Int, replacing: Bool = false) {
        if replacing || lines[path] == nil { lines[path] = line }
    }
}
