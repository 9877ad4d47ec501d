import Foundation
import PosternCertificates
import PosternCore
import Testing

/// A state directory (mode 0700) that goes away with the value.
final class ScratchState: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/postern-ca-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw POSIXError(.EIO) }
        path = template.withUnsafeBufferPointer {
            String(decoding: $0.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var directory: AuthorityDirectory { AuthorityDirectory(stateDirectory: path) }

    /// The authority of this state, made or loaded.
    func authority(at now: Int64 = Moment.start) throws -> CertificateAuthority {
        try CertificateAuthority(opening: directory, sealer: ScratchSealer(), now: now)
    }

    /// The permission bits of a file.
    func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }

    /// The bytes of a file.
    func read(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }

    /// Writes a file.
    func write(_ bytes: [UInt8], to path: String, mode: mode_t) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        try #require(chmod(path, mode) == 0)
    }
}

/// Points in time, in nanoseconds since 1970.
enum Moment {
    static let second: Int64 = 1_000_000_000
    static let hour = 3600 * second
    static let day = 24 * hour
    /// 2026-11-21T05:30:00Z.
    static let start = 1_795_239_000 * second
}

/// Hides bytes from a search, and knows its own.
struct ScratchSealer: FileSealer {
    var mask: UInt8 = 0xa5

    func seal(_ bytes: [UInt8], as name: String) -> [UInt8] { Array("\(mask) \(name)|".utf8) + bytes.map { $0 ^ mask } }

    func open(_ sealed: [UInt8], as name: String) -> Secret? {
        let prefix = Array("\(mask) \(name)|".utf8)
        return sealed.starts(with: prefix) ? Secret(sealed.dropFirst(prefix.count).map { $0 ^ mask }) : nil
    }
}
