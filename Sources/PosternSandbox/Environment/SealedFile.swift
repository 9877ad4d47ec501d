internal import CSandbox
internal import Glibc

/// A file in memory that nobody can change, and that is gone with this process.
package final class SealedFile {
    private let descriptor: CInt

    /// Where programs of the same user find it, as long as this is kept.
    package var path: String { "/proc/\(getpid())/fd/\(descriptor)" }

    /// - Throws: ``SandboxFailure`` if there is no room.
    package init(_ contents: [UInt8]) throws(SandboxFailure) {
        descriptor = postern_sealed_file(contents, contents.count)
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(errno)).lowercased()
            throw SandboxFailure("the certificates to trust cannot be handed over: \(reason)")
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }
}

@available(*, unavailable)
extension SealedFile: Sendable {}
