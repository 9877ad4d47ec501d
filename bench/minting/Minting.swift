import Glibc
import PosternCertificates
import PosternCore

/// Measures what a certificate for a host costs, made and kept: `swift run -c release minting`.
///
/// Each figure is the best of several rounds: what disturbs a measurement only ever makes it longer.
@main
struct Minting {
    private static let rounds = 5
    private static let hostCount = 2000

    static func main() throws {
        var template = Array("/tmp/postern-minting-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw AuthorityError.signing(reason: "no scratch directory") }
        let state = template.withUnsafeBufferPointer { buffer in
            String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        let directory = AuthorityDirectory(stateDirectory: state)
        defer {
            unlink(directory.keyPath)
            unlink(directory.certificatePath)
            rmdir(directory.path)
            rmdir(state)
        }
        let authority = try CertificateAuthority(opening: directory, sealer: Unsealed(), now: now())
        let hosts = (0..<hostCount).compactMap { HostName("api-\($0).example.com") }
        let kept = Array(hosts.suffix(LeafIssuer.defaultCapacity))
        let issuer = try LeafIssuer(authority: authority)
        // More hosts than are kept, in turn: each of them was forgotten when it is asked for again.
        report("leaf made", try best(hosts.count) { for host in hosts { _ = try issuer.leaf(for: host) } })
        report("leaf kept", try best(kept.count) { for host in kept { _ = try issuer.leaf(for: host) } })
        report(
            "leaf made with a key of its own",
            try best(200) {
                for host in hosts.prefix(200) { _ = try LeafIssuer(authority: authority).leaf(for: host) }
            }
        )
    }

    /// The nanoseconds that one of `count` operations takes.
    private static func best(_ count: Int, _ body: () throws -> Void) rethrows -> Int64 {
        var best = Int64.max
        for _ in 0..<rounds {
            let start = now()
            try body()
            best = min(best, (now() - start) / Int64(count))
        }
        return best
    }

    private static func report(_ what: String, _ nanoseconds: Int64) {
        let text = String(Double(nanoseconds) / 1000)
        print(String(repeating: " ", count: max(0, 10 - text.count)) + text + " us  " + what)
    }

    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

/// Leaves bytes as they are: what is measured is signing.
private struct Unsealed: FileSealer {
    func seal(_ bytes: [UInt8], as name: String) -> [UInt8] { bytes }
    func open(_ sealed: [UInt8], as name: String) -> Secret? { Secret(sealed) }
}
