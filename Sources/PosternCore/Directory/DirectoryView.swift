/// Shows the directory that is in force, to whoever decides outside of the event loops.
package protocol DirectoryView: Sendable {
    var directory: Directory { get }
}
