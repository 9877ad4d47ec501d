internal import Glibc
internal import PosternCommand
internal import PosternSandbox

/// Files that a program in a sandbox made where programs outside look for what to do.
///
/// What is there before can be protected, and what is not there cannot.
struct PlantedFiles {
    /// Where nothing is to begin with.
    private let places: [String]

    init(at paths: [String]) { places = paths.filter { !PlantedFiles.isThere($0) } }

    /// Gives them names under which they do nothing, and says so.
    ///
    /// Nothing may be running inside any more.
    func moveAside() {
        // Whoever reads standard error may be gone, which must not end this before the last of them.
        signal(SIGPIPE, SIG_IGN)
        for path in places where PlantedFiles.isThere(path) {
            var other = path + SandboxFiles.asideMark
            var number = 1
            while PlantedFiles.isThere(other) {
                number += 1
                other = "\(path)\(SandboxFiles.asideMark).\(number)"
            }
            let isMoved = rename(path, other) == 0
            let outcome = isMoved ? "it is \(other) now" : "it could not be moved away: look at it before you log in"
            let words = "postern: \(path) was made in the sandbox, and programs outside obey it; \(outcome)"
            Output.writeError(Printable.text(words) + "\n")
        }
    }

    private static func isThere(_ path: String) -> Bool {
        var file = stat()
        return lstat(path, &file) == 0
    }
}
