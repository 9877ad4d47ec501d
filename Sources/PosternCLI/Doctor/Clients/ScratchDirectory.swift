internal import Foundation
internal import Glibc
internal import PosternCommand

/// A directory of this run, which nobody else may open; removed when it is let go.
///
/// It is in /tmp, which is another one inside of sandboxes, so that programs see of it only where they are started.
final class ScratchDirectory {
    let path: String
    /// Where programs are started.
    let work: String

    init() throws(CommandFailure) {
        var template = Array("/tmp/postern-doctor-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw .system("cannot make a directory in /tmp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        work = path + "/work"
        for directory in [work, path + "/state"] where mkdir(directory, 0o700) != 0 {
            throw .system("cannot make \(directory)")
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file for this user alone.
    func write(_ bytes: some Collection<UInt8>, to name: String) throws(CommandFailure) {
        let file = "\(path)/\(name)"
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .system("cannot write \(file)") }
        defer { close(descriptor) }
        let bytes = Array(bytes)
        guard bytes.withUnsafeBytes({ Glibc.write(descriptor, $0.baseAddress, $0.count) }) == bytes.count else {
            throw .system("cannot write \(file)")
        }
    }

    /// The beginning of a file, as text.
    func text(of name: String) -> String {
        let limit = 256 * 1024
        guard let file = FileHandle(forReadingAtPath: "\(path)/\(name)") else { return "" }
        defer { try? file.close() }
        return String(decoding: (try? file.read(upToCount: limit)) ?? Data(), as: UTF8.self)
    }
}
