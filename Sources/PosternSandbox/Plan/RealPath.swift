internal import Glibc

/// Paths without links in them.
package enum RealPath {
    /// Where a path really leads; `nil` where nothing is, with `errno`.
    package static func of(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
