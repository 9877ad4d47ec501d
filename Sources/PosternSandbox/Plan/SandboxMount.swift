/// One thing that is done to the file system as the program sees it; outside nothing changes.
package enum SandboxMount: Hashable, Sendable {
    /// A directory is empty, and takes whatever is put into it.
    case empty(String, mode: UInt32)
    /// What is there, if anything, is not to be seen.
    case hidden(String)
    /// What is there, if anything, can be read and not written.
    case readOnly(String)
    /// What is there, if anything, can be neither moved away nor replaced.
    case pinned(String)
    /// What was there before is there again.
    case kept(String, isReadOnly: Bool)
    /// What was somewhere before is here.
    case moved(String, from: String)
    /// A new directory in one that was made empty.
    case directory(String, mode: UInt32)
    /// A new file in a directory that was made empty.
    case file(String, contents: [UInt8])
    /// A file that was made here stands in for another, if there is one.
    case standIn(String, for: String)
    /// A link in a directory that was made empty.
    case link(String, to: String)
    /// What proc(5) shows: the processes inside.
    case processes(String)
    /// Pseudoterminals, of which there are none yet.
    case terminals(String)

    /// Where it is.
    package var path: String {
        switch self {
        case .empty(let path, _), .hidden(let path), .readOnly(let path), .pinned(let path), .kept(let path, _),
            .moved(let path, _), .directory(let path, _), .file(let path, _), .standIn(_, let path), .link(let path, _),
            .processes(let path), .terminals(let path):
            path
        }
    }
}
