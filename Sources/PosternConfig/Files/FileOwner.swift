internal import Glibc

/// Who may own and write what Postern trusts, as `sshd` has it in `StrictModes`.
enum FileOwner {
    /// Refuses what belongs neither to root nor to the user that Postern runs as.
    static func check(_ status: stat, path: String) throws(Refusal) {
        guard status.st_uid == 0 || status.st_uid == geteuid() else {
            throw Refusal(
                "\(path) belongs to uid \(status.st_uid), which is neither root nor the user that runs Postern",
                hint: geteuid() == 0 ? "chown root \(path)" : "chown root or uid \(geteuid()) \(path)"
            )
        }
    }

    /// Refuses a directory in which others could put another file in the place of `path`.
    ///
    /// A sticky directory such as /tmp is refused too: there others cannot replace the file, but can be first to
    /// create it, and a rule with an exception is harder to trust than one without. Directories further up are not
    /// looked at: they are the system's, or the operator's home.
    static func checkParent(of path: String) throws(Refusal) {
        let parent = parent(of: path)
        var status = stat()
        guard stat(parent, &status) == 0 else {
            throw Refusal("the directory \(parent) cannot be examined: \(SystemError.text(errno))")
        }
        try check(status, path: "the directory \(parent)")
        let mode = status.st_mode & 0o7777
        guard mode & 0o022 == 0 else {
            throw Refusal(
                "the directory \(parent) is writable by others (mode \(octal(mode)))",
                hint: "chmod go-w \(parent), or keep the file in a directory of its own"
            )
        }
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The mode as `chmod` takes it.
    static func octal(_ mode: mode_t) -> String { "0" + String(mode, radix: 8) }
}
