internal import Glibc
internal import PosternCommand

/// The configuration file that `postern init` begins with.
enum NewConfiguration {
    /// The text: nothing that is not the default, and where to go on.
    static func text(userMode: Bool) -> String {
        """
        # Postern's configuration. Agents, secrets and grants are looked after by `postern agent`, `postern secret` and
        # `postern grant`; they can be declared here too. docs/configuration.md has every key. Check this file with
        # `postern config check\(userMode ? " --user" : "")`, and put it in force with `postern config reload`.

        [proxy]
        listen = ["127.0.0.1:3128"]

        # The pages on which people consent and approve; `postern portal login` lets them in.
        [portal]
        listen = "127.0.0.1:3129"

        """
    }

    /// Writes the file unless there is one.
    ///
    /// A user's is for the user alone; the system's is read by the daemon's own user, and holds no secret.
    static func write(to path: String, userMode: Bool) throws(CommandFailure) {
        try makeDirectories(above: path, mode: userMode ? 0o700 : 0o755)
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, userMode ? 0o600 : 0o644)
        if file < 0, errno == EEXIST { return }
        guard file >= 0 else { throw .system("cannot create \(path)") }
        defer { close(file) }
        let bytes = Array(text(userMode: userMode).utf8)
        // A few hundred bytes into a new file are written at once, or there is no room.
        guard bytes.withUnsafeBytes({ Glibc.write(file, $0.baseAddress, $0.count) }) == bytes.count else {
            let failure = CommandFailure.system("cannot write \(path)")
            unlink(path)
            throw failure
        }
    }

    private static func makeDirectories(above path: String, mode: mode_t) throws(CommandFailure) {
        var end = path.startIndex
        while let next = path[path.index(after: end)...].firstIndex(of: "/") {
            end = next
            let directory = String(path[..<end])
            if mkdir(directory, mode) != 0, errno != EEXIST { throw .system("cannot create \(directory)") }
        }
    }
}
