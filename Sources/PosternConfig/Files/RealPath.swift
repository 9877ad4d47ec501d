internal import Glibc

/// Where a path leads once every symbolic link in it is followed.
package enum RealPath {
    /// The path; `nil`, with `errno` set, if it leads nowhere.
    package static func of(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
