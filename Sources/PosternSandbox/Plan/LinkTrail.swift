internal import Glibc

/// The names by which paths reach what they stand for, where links are on the way.
struct LinkTrail {
    /// More links than the kernel follows (path_resolution(7)).
    private static let maxLinks = 41

    private var directories: [String: String?] = [:]

    /// The path, then the name of what it leads to in its real directory, then the same for each link that leads on.
    ///
    /// The last is what is there, or would be.
    mutating func names(of path: String) -> [String] {
        var names = [path]
        var next = path
        for _ in 0..<LinkTrail.maxLinks {
            let (directory, name) = LinkTrail.split(next)
            guard let real = realDirectory(directory) else { break }
            let found = real == "/" ? "/\(name)" : "\(real)/\(name)"
            if found != names.last { names.append(found) }
            guard let target = LinkTrail.target(of: found) else { break }
            next = target.hasPrefix("/") ? target : "\(real)/\(target)"
        }
        return names
    }

    private mutating func realDirectory(_ path: String) -> String? {
        if let known = directories[path] { return known }
        let real = RealPath.of(path)
        directories[path] = .some(real)
        return real
    }

    private static func split(_ path: String) -> (directory: String, name: Substring) {
        var path = path[...]
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        return (slash == path.startIndex ? "/" : String(path[..<slash]), path[path.index(after: slash)...])
    }

    private static func target(of link: String) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { bytes in
            guard let start = bytes.baseAddress else { return nil }
            let count = readlink(link, start, bytes.count - 1)
            guard count > 0 else { return nil }
            start[count] = 0
            return String(cString: start)
        }
    }
}
