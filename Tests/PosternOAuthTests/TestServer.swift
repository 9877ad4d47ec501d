import CTestServer
import Foundation
import PosternCore

/// A token endpoint on loopback, with an authority of its own.
final class TestServer: Sendable {
    /// The server takes a lock of its own in each of its functions.
    nonisolated(unsafe) private let server: OpaquePointer
    private let directory: String
    private let isEncrypted: Bool

    init?(isEncrypted: Bool = true) {
        directory = NSTemporaryDirectory() + "postern-oauth-\(UUID().uuidString)"
        try? FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        guard let server = isEncrypted ? test_server_start("\(directory)/ca.pem") : test_server_start(nil) else {
            return nil
        }
        self.server = server
        self.isEncrypted = isEncrypted
        answer(200, "{}")
    }

    deinit {
        test_server_stop(server)
        try? FileManager.default.removeItem(atPath: directory)
    }

    var port: UInt16 { test_server_port(server) }
    var count: Int { Int(test_server_count(server)) }
    var mostAtOnce: Int { Int(test_server_most(server)) }
    func url(_ path: String) -> String { "\(isEncrypted ? "https" : "http")://localhost:\(port)\(path)" }

    /// How it is reached and trusted.
    var network: UpstreamNetwork {
        UpstreamNetwork(
            allowsPrivateAddresses: true,
            certificateAuthorityFile: isEncrypted ? "\(directory)/ca.pem" : nil
        )
    }

    func answer(_ status: Int, _ body: String, fields: String = "", delayMilliseconds: Int32 = 0) {
        let text = "HTTP/1.1 \(status) X\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)"
        answer(raw: text, delayMilliseconds: delayMilliseconds)
    }

    func answer(raw text: String, delayMilliseconds: Int32 = 0) {
        test_server_answer(server, text, text.utf8.count, delayMilliseconds)
    }

    /// The newest request, head and body.
    var request: String {
        var buffer = [CChar](repeating: 0, count: 65_536)
        let length = test_server_request(server, &buffer, buffer.count)
        return String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
