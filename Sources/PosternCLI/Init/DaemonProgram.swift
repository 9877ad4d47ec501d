internal import Foundation
internal import Glibc

/// The program `posternd`, for what only it can do.
struct DaemonProgram {
    let path: String

    /// Finds it beside this program, else in `PATH`.
    init(environment: [String: String] = Environment.all) throws {
        let beside = DaemonProgram.directory.map { [$0] } ?? []
        let searched = (environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":").map(String.init)
        let candidates: [String] = (beside + searched).map { "\($0)/posternd" }
        let found = candidates.first { access($0, X_OK) == 0 }
        guard let found else {
            throw CommandFailure("posternd is neither beside this program nor in PATH", hint: "install it")
        }
        path = found
    }

    /// Runs it and reads what it prints; its errors go to the person.
    ///
    /// - Throws: ``CommandFailure`` if it cannot be run, or ends with another status than 0.
    func output(_ arguments: [String]) throws -> Data {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        do { try process.run() } catch { throw CommandFailure("\(path) cannot be run") }
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            throw CommandFailure("posternd could not make its state", hint: "it has said why above")
        }
        return output
    }

    /// The path of this program.
    static func ownPath() throws(CommandFailure) -> String {
        do { return try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") } catch {
            throw CommandFailure("this program's own path is not known", hint: "is /proc mounted?")
        }
    }

    private static var directory: String? {
        guard let path = try? ownPath() else { return nil }
        return path.lastIndex(of: "/").map { String(path[..<$0]) }
    }
}
