import PosternCore
import PosternTestSupport
import Testing

private func render(
    _ text: String,
    contents: DirectoryContents = Sample.contents(),
    host: String = "good.test"
) throws -> (text: String, masked: Int) {
    let rule = try contents.authorize("GET http://\(host)/ HTTP/1.1\r\nHost: \(host)\r\n\r\n").rule
    var buffer = latin1("before")
    let result: Result<Int, UpstreamError> = latin1(text).withUnsafeBytes { lines in
        do throws(UpstreamError) {
            return .success(
                try DownstreamTrailers.append(lines, under: rule, masking: rule.injection?.scrubbing, to: &buffer)
            )
        } catch { return .failure(error) }
    }
    let masked = try result.get()
    return (latin1Text(buffer.dropFirst(6)), masked)
}

@Suite("DownstreamTrailers")
struct DownstreamTrailersTests {
    @Test("what a call came to passes as it came") func passes() throws {
        let text = "grpc-status: 0\r\nGrpc-Message: a%20b\r\ngrpc-status-details-bin: CAMS\r\nx: \r\nx: \u{e9}\r\n"
        #expect(try render(text) == (text, 0))
        #expect(try render("a:b \r\nc:\r\n") == ("a: b\r\nc: \r\n", 0))
        #expect(try render("") == ("", 0))
    }

    @Test(
        "what a trailer may not say is left out",
        arguments: [
            "Content-Length: 5", "Transfer-Encoding: chunked", "Host: evil.test", "Authorization: Basic x",
            "X_Api_Key: x", "Set-Cookie: a=b", "Cookie: a=b", "Trailer: x", "TE: x", "Connection: close",
            "Keep-Alive: x", "Upgrade: h2c", "Proxy-Status: x", "Proxy-Anything: x", "Alt-Svc: x",
            "Content-Encoding: gzip", "grpc-encoding: gzip", "Digest: x", "Location: /", "Expect: 100-continue",
            "content_length: 5", "X-Forwarded-For: x",
        ]
    )
    func drops(line: String) throws {
        #expect(try render("a: b\r\n\(line)\r\nc: d\r\n") == ("a: b\r\nc: d\r\n", 0))
        let passing = Sample.contents(provider: Sample.provider(passesCookies: true))
        #expect(try render("\(line)\r\n", contents: passing) == ("", 0))
    }

    @Test(
        "a credential is masked, wherever it stands",
        arguments: [
            "X-Echo: \(Sample.secret)", "grpc-message: s3cr3t%2Fvalue%2B0123456789",
            "grpc-status-details-bin: YXM6czNjcjN0L3ZhbHVlKzAxMjM0NTY3ODk6",
            "X-\(Sample.secret.replacing("/", with: "-").replacing("+", with: "-")): \(Sample.secret)",
        ]
    )
    func masks(line: String) throws {
        let result = try render("a: b\r\n\(line)\r\n")
        #expect(
            result.masked == 1 && result.text.contains(line.contains("-bin") ? "AAAA" : "****")
                && result.text.utf8.count == line.utf8.count + 8
        )
        let plain = Sample.contents(egress: [Sample.egress()])
        #expect(try render("\(line)\r\n", contents: plain, host: "plain.test") == ("\(line)\r\n", 0))
    }

    @Test(
        "anything that is not plain lines is refused",
        arguments: [
            "a: b", "a: b\n", "a: b\r", "\r\n", "a: b\r\n\r\n", " a: b\r\n", "a : b\r\n", ": b\r\n", "a\r\n",
            "a: b\r\n c\r\n",
            "a: \u{0}\r\n", "a: b\rc\r\n", "\n", String(repeating: "a: b\r\n", count: 201),
            "a: " + String(repeating: "b", count: 70_000) + "\r\n",
        ]
    )
    func refuses(text: String) { #expect(throws: UpstreamError.responseMalformed) { try render(text) } }
}
