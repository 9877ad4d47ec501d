internal import Foundation
internal import PosternCommand

/// The program `posternd`, for what only it can do.
struct DaemonProgram {
    let path: String

    /// Finds it beside this program, else in `PATH`.
    init(environment: [String: String] = Environment.all) throws {
        path = try ProgramFile.find("posternd", environment: environment)
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
}
