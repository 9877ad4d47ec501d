internal import Glibc

/// Unix sockets at which programs outside listen, wherever they are: whoever reaches one reaches that program.
enum UnixListeners {
    /// Flags of a socket that listens, as proc_net(5) has them: SO_ACCEPTCON.
    private static let listening: Substring = "00010000"
    /// The type of one that takes datagrams from whoever sends them: SOCK_DGRAM.
    private static let datagrams: Substring = "0002"

    /// Their paths.
    static func paths() -> [String] {
        guard let file = fopen("/proc/net/unix", "re") else { return [] }
        defer { fclose(file) }
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        var found: Set<String> = []
        while getline(&line, &capacity, file) > 0, let line {
            if let path = path(in: String(cString: line)) { found.insert(path) }
        }
        return found.sorted()
    }

    /// "Num RefCount Protocol Flags Type St Inode Path" of one that listens, or takes datagrams, and has a path from the root
    /// on.
    static func path(in line: String) -> String? {
        let fields = line.split(separator: " ", maxSplits: 7, omittingEmptySubsequences: true)
        guard fields.count == 8, fields[3] == listening || fields[4] == datagrams, fields[7].hasPrefix("/") else {
            return nil
        }
        return String(fields[7].prefix { $0 != "\n" })
    }
}
