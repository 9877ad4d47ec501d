import PosternCore
import PosternTestSupport
import Testing

private let key = ["access_key_id": "AKIDEXAMPLE", "secret_access_key": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"]
/// 2015-08-30 12:36:00 UTC.
private let time: Int64 = 1_440_938_160

private func contents(
    host: String,
    secrets: [String: String] = key,
    inputs: [String: String] = [:],
    service: String? = nil,
    region: String? = nil,
    constraints: RequestConstraints = RequestConstraints()
) -> DirectoryContents {
    Sample.contents(
        provider: Sample.provider(
            hosts: [host],
            injection: [.awsSignature(service: service.map(Sample.template), region: region.map(Sample.template))]
        ),
        credential: Sample.credential(secrets: secrets, inputs: inputs),
        grants: [Sample.grant(constraints: constraints)]
    )
}

/// What is sent, or the code of the refusal.
private func signed(_ text: String, body: String, _ contents: DirectoryContents, at seconds: Int64 = time) throws
    -> String
{
    do {
        let request = try contents.authorize(text)
        var buffer: [UInt8] = []
        request.appendHead(
            to: &buffer,
            tags: TagContext(agent: "bot", requestID: "1", tags: AuditTags()),
            payload: AWSPayload(Array(body.utf8)),
            at: seconds
        )
        return latin1Text(buffer)
    } catch let error as Refusal { return ProblemDetails(error.error).code }
}

/// A client's own signature, in fields.
private let clients = [
    "Authorization: AWS4-HMAC-SHA256 Credential=AKIAMINE/20140101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=mine",
    "X-Amz-Date: 20140101T000000Z", "X-Amz-Date: 20990101T000000Z", "X_Amz_Date: 20140101T000000Z",
    "x-amz-security-token: mine", "X-Amz-Credential: mine", "X-Amz-Signature: mine",
    "X-Amz-Algorithm: AWS4-HMAC-SHA256",
    "X-Amz-SignedHeaders: host", "X-Amz-Expires: 604800", "x-amz-content-sha256: \(emptyDigest)", "X-Amz-Region-Set: *",
    "x-amz-s3session-token: mine", "Date: Wed, 01 Jan 2014 00:00:00 GMT", "amz-sdk-invocation-id: mine",
    "amz-sdk-request: attempt=1; max=5",
]

/// What cannot be signed anew: a query, or a field.
private let unsignable = [
    ("?X-Amz-Signature=mine", ""), ("?a=b&x-amz-credential=mine", ""), ("?X%2DAmz%2DDate=20140101T000000Z", ""),
    ("?X-Amz-Security-Token=mine", ""), ("?a;X-Amz-Algorithm=AWS4-HMAC-SHA256", ""), ("?AWSAccessKeyId=AKIA", ""),
    ("?X-Amz-Expires", ""), ("", "x-amz-content-sha256: UNSIGNED-PAYLOAD"),
    ("", "X-Amz-Content-Sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
    ("", "x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER"), ("", "Content-Encoding: aws-chunked"),
    ("", "Content-Encoding: gzip, AWS-chunked"), ("", "x-amz-decoded-content-length: 5"),
    ("", "x-amz-trailer: x-amz-checksum-crc32"), ("", "X_Amz_Trailer: x-amz-checksum-crc32"),
    ("", "x-amz-copy-source: /other/key"), ("", "X-Amz-Copy-Source: bucket2/key"),
    ("", "x_amz_copy_source: other/bucket/key"),
    ("", "x-amz-copy-source: arn:aws:s3:us-east-2:1:accesspoint/other/object/key"), ("", "x-amz-copy-source: bucket"),
    ("", "x-amz-copy-source: //bucket/key"), ("", "x-amz-copy-source: other%2Fbucket/key"),
    ("", "x-amz-copy-source: bucket/key\r\nx-amz-copy-source: other/key"),
]

/// Copies that S3 is told to make, and whether a grant with these constraints covers what is read.
private let copies: [(String, String, RequestConstraints, Bool)] = [
    ("bucket.s3.us-east-2.amazonaws.com", "/bucket/key", RequestConstraints(), true),
    ("bucket.s3.us-east-2.amazonaws.com", "bucket/a%2Fb?versionId=1", RequestConstraints(), true),
    ("bucket.s3.us-east-2.amazonaws.com", "%62ucket/key", RequestConstraints(), true),
    ("my.bucket.s3.us-east-2.amazonaws.com", "my.bucket/key", RequestConstraints(methods: [.get, .put]), true),
    ("my.bucket.s3.us-east-2.amazonaws.com", "bucket/key", RequestConstraints(), false),
    ("x.us-west-1.s3.amazonaws.com", "x/key", RequestConstraints(), false),
    ("bucket.s3.us-east-2.amazonaws.com", "bucket/key", RequestConstraints(methods: [.put]), false),
    ("bucket.s3.us-east-2.amazonaws.com", "bucket/key", RequestConstraints(paths: Sample.paths(["/copy"])), false),
    ("s3.us-east-2.amazonaws.com", "other/key", RequestConstraints(), true),
    ("s3.us-east-2.amazonaws.com", "other/key", RequestConstraints(paths: Sample.paths(["/copy"])), false),
]

/// Hosts, with what they are signed for; botocore 1.43 agrees where it knows them.
private let hosts: [(String, String?)] = [
    ("s3.amazonaws.com", "s3 us-east-1"), ("bucket.s3.amazonaws.com", "s3 us-east-1"),
    ("s3.eu-central-1.amazonaws.com", "s3 eu-central-1"),
    ("my.bucket.s3.eu-central-1.amazonaws.com", "s3 eu-central-1"),
    ("bucket.s3.dualstack.us-west-2.amazonaws.com", "s3 us-west-2"), ("s3-eu-west-1.amazonaws.com", "s3 eu-west-1"),
    ("bucket.s3-eu-west-1.amazonaws.com", "s3 eu-west-1"), ("s3-fips.us-gov-west-1.amazonaws.com", "s3 us-gov-west-1"),
    ("123.s3-control.us-west-2.amazonaws.com", "s3 us-west-2"), ("bucket.s3-accelerate.amazonaws.com", nil),
    ("x.s3express-use1-az4.us-east-1.amazonaws.com", nil), ("iam.amazonaws.com", "iam us-east-1"),
    ("sts.amazonaws.com", "sts us-east-1"), ("sts.us-east-2.amazonaws.com", "sts us-east-2"),
    ("ec2.cn-north-1.amazonaws.com.cn", "ec2 cn-north-1"), ("iam.amazonaws.com.cn", nil),
    ("bedrock-runtime.us-east-1.amazonaws.com", "bedrock us-east-1"),
    ("email.eu-west-1.amazonaws.com", "ses eu-west-1"),
    ("search-x.us-west-2.es.amazonaws.com", "es us-west-2"),
    ("data-ats.iot.us-west-2.amazonaws.com", "iotdata us-west-2"),
    ("api.ecr.us-west-2.amazonaws.com", "ecr us-west-2"), ("kms-fips.us-west-2.amazonaws.com", "kms us-west-2"),
    ("monitoring.us-west-2.amazonaws.com", "monitoring us-west-2"), ("lambda.us-west-2.api.aws", "lambda us-west-2"),
    ("abc.lambda-url.us-west-2.on.aws", "lambda us-west-2"),
    ("runtime-v2-lex.us-west-2.amazonaws.com", "lex us-west-2"),
    ("s3.example.test", nil), ("amazonaws.com", nil), ("s3.us-east-1.amazonaws.com.evil.test", nil),
]

@Suite("AWS signature")
struct AWSSignatureTests {
    private func check(
        _ vector: AWSVector,
        _ signature: AWSSignature,
        _ scope: AWSScope,
        time: String,
        decodesPath: Bool
    ) {
        let request = AWSCanonicalRequest(
            head: Array(vector.head.utf8)[...],
            decodesPath: decodesPath,
            payload: Array(vector.payload.utf8)
        ) { name in AWSCanonicalRequest.mustSign(name) || vector.signed.contains(latin1Text(Array(name))) }
        var value: [UInt8] = []
        signature.appendAuthorization(to: &value, request, scope, time: Array(time.utf8))
        #expect(latin1Text(value).hasSuffix("Signature=\(vector.signature)"), "\(latin1Text(request.bytes))")
    }

    @Test("AWS's test suite", arguments: awsSuite) func published(vector: AWSVector) throws {
        let signature = try AWSSignature(Sample.credential(secrets: key))
        let scope = AWSScope(service: "service", region: "us-east-1")
        // The second time with the key that was kept.
        for _ in 0..<2 { check(vector, signature, scope, time: "20150830T123600Z", decodesPath: false) }
    }

    @Test("AWS's examples for S3", arguments: awsObjects) func publishedForObjects(vector: AWSVector) throws {
        let secrets = [
            "access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        ]
        let signature = try AWSSignature(Sample.credential(secrets: secrets))
        let scope = AWSScope(service: "s3", region: "us-east-1")
        check(vector, signature, scope, time: "20130524T000000Z", decodesPath: true)
    }

    @Test("a whole request is signed as botocore does it", arguments: awsWholeRequests) func signsWhole(
        request: AWSWholeRequest
    )
        throws
    {
        var secrets = key
        secrets["session_token"] = request.token
        let parts = request.line.split(separator: " ")
        let text =
            "\(parts[0]) http://\(request.host)\(parts[1]) HTTP/1.1\r\nHost: \(request.host)\r\n\(request.fields)"
            + "Content-Length: \(request.body.utf8.count)\r\n\(clients.joined(separator: "\r\n"))\r\n\r\n\(request.body)"
        let head = try signed(text, body: request.body, contents(host: request.host, secrets: secrets))
        let lines = head.split(separator: "\r\n").map(String.init)
        #expect(lines[0] == "\(request.line) HTTP/1.1")
        let expected = "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/\(request.authorization)"
        #expect(lines.filter { $0.lowercased().hasPrefix("authorization:") } == [expected])
        #expect(lines.filter { $0.lowercased().hasPrefix("x-amz-date:") } == ["X-Amz-Date: 20150830T123600Z"])
        #expect(
            lines.filter { $0.lowercased().hasPrefix("x-amz-security-token:") }
                == (request.token.map { ["X-Amz-Security-Token: \($0)"] } ?? [])
        )
        #expect(!head.contains("mine") && !head.contains("2014") && !head.contains("2099"))
        #expect(!head.contains(key["secret_access_key"] ?? ""))
    }

    @Test("nothing of a client's own signature goes upstream", arguments: clients) func removes(line: String) throws {
        let host = "sts.us-east-2.amazonaws.com"
        let get = "GET http://\(host)/ HTTP/1.1\r\nHost: \(host)\r\n"
        let plain = try signed("\(get)\r\n", body: "", contents(host: host))
        #expect(plain.contains("\r\nAuthorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-2/sts/"))
        #expect(try signed("\(get)\(line)\r\n\r\n", body: "", contents(host: host)) == plain)
    }

    @Test("what cannot be signed anew is refused", arguments: unsignable) func refuses(query: String, line: String)
        throws
    {
        let host = "bucket.s3.us-east-2.amazonaws.com"
        let lines = line.isEmpty ? "" : "\(line)\r\n"
        let text = "PUT http://\(host)/key\(query) HTTP/1.1\r\nHost: \(host)\r\nContent-Length: 0\r\n\(lines)\r\n"
        #expect(try signed(text, body: "", contents(host: host)) == "unsignable_request")
    }

    @Test("what is copied lies within the grant", arguments: copies) func covers(
        host: String,
        source: String,
        constraints: RequestConstraints,
        isCovered: Bool
    ) throws {
        let text =
            "PUT http://\(host)/copy HTTP/1.1\r\nHost: \(host)\r\nX-Amz-Copy-Source: \(source)\r\n"
            + "Content-Length: 0\r\n\r\n"
        let sent = try signed(text, body: "", contents(host: host, constraints: constraints))
        #expect(isCovered ? sent.contains("Signature=") : sent == "unsignable_request")
    }

    @Test("what is copied lies within the grant when it changes, too", arguments: [nil, ["/copy"]])
    func reviewsCopying(paths: [String]?) throws {
        let host = "bucket.s3.us-east-2.amazonaws.com"
        let request = try contents(host: host).authorize(
            "PUT http://\(host)/copy HTTP/1.1\r\nHost: \(host)\r\nX-Amz-Copy-Source: bucket/key\r\nContent-Length: 0\r\n\r\n"
        )
        let after = contents(host: host, constraints: RequestConstraints(paths: paths.map(Sample.paths)))
        let renewed = try? RequestPipeline()
            .review(request, listenerAgent: ("bot", .socket), in: Directory(after))
        #expect((renewed == nil) == (paths != nil))
    }

    @Test("the host says what is signed for", arguments: hosts) func derives(host: String, scope: String?) throws {
        let signature = try AWSSignature(Sample.credential(secrets: key))
        let found = signature.scope(at: Destination(scheme: .https, host: Sample.host(host), port: 443))
        #expect(found.map { "\($0.service) \($0.region)" } == scope)
        if scope == nil {
            let text = "GET http://\(host)/ HTTP/1.1\r\nHost: \(host)\r\n\r\n"
            #expect(try signed(text, body: "", contents(host: host)) == "unsignable_request")
        }
    }

    @Test("the provider says it, also by an input") func configured() throws {
        let text = "GET http://minio.test/ HTTP/1.1\r\nHost: minio.test\r\n\r\n"
        let said = contents(
            host: "minio.test",
            secrets: ["secret_access_key": "wJalrXUtnFEMI"],
            inputs: ["access_key_id": "minio-user", "zone": "here-1"],
            service: "s3",
            region: "{zone}"
        )
        #expect(try signed(text, body: "", said).contains("Credential=minio-user/20150830/here-1/s3/aws4_request, "))
    }

    @Test("without what its body is, no credential is written") func unsettled() throws {
        let host = "sts.us-east-2.amazonaws.com"
        let sent = try contents(host: host).sent(
            "GET http://\(host)/ HTTP/1.1\r\nHost: \(host)\r\nAuthorization: mine\r\n\r\n"
        )
        #expect(!sent.lowercased().contains("authorization") && !sent.contains("AKID"))
    }

    @Test("a key is another one each day") func days() throws {
        let host = "sts.us-east-2.amazonaws.com"
        let text = "GET http://\(host)/ HTTP/1.1\r\nHost: \(host)\r\n\r\n"
        let both = contents(host: host)
        #expect(try signed(text, body: "", both, at: time + 86_400).contains("/20150831/us-east-2/sts/"))
        #expect(try signed(text, body: "", both) == signed(text, body: "", contents(host: host)))
    }

    @Test(
        "credentials that cannot sign are refused",
        arguments: [
            (["access_key_id": "AKID"], [:]), (["secret_access_key": "ssssssss"], [:]),
            (["access_key_id": "AKID"], ["secret_access_key": "ssssssss"]),
            (["access_key_id": "AK ID", "secret_access_key": "ssssssss"], [:]),
            (["access_key_id": "AKID/x", "secret_access_key": "ssssssss"], [:]),
            (["access_key_id": "AK\r\nX: y", "secret_access_key": "ssssssss"], [:]),
            (["access_key_id": "AKID", "secret_access_key": "ssssssss", "session_token": "a\r\nb"], [:]),
            (["access_key_id": "AKID", "secret_access_key": "ssssssss"], ["session_token": "tttttttt"]),
        ] as [([String: String], [String: String])]
    ) func unusable(secrets: [String: String], inputs: [String: String]) {
        #expect(throws: DirectoryError.self) {
            try AWSSignature(Sample.credential(secrets: secrets, inputs: inputs))
        }
    }

    @Test("its secrets are masked in answers") func masks() throws {
        var secrets = key
        secrets["session_token"] = "IQoJb3JpZ2luX2VjEXAMPLE//TOKEN=="
        let host = "sts.us-east-2.amazonaws.com"
        let text = "GET http://\(host)/ HTTP/1.1\r\nHost: \(host)\r\n\r\n"
        let request = try contents(host: host, secrets: secrets).authorize(text)
        for secret in secrets.values {
            var answer = Array("a \(secret) b".utf8)
            let count = answer.withUnsafeMutableBytes { request.scrubbing?.mask($0) ?? 0 }
            #expect(count == 1 && !latin1Text(answer).contains(secret))
        }
    }
    @Test("the signature is masked in its answer", arguments: [nil, "s", String(repeating: "s", count: 30)])
    func masksSignature(filling: String?) throws {
        var secrets = key
        if let filling { secrets["secret_access_key"] = String(repeating: filling, count: 10) }
        let host = "sts.us-east-2.amazonaws.com"
        let text = "GET http://\(host)/ HTTP/1.1\r\nHost: \(host)\r\n\r\n"
        let request = try contents(host: host, secrets: secrets).authorize(text)
        let tags = TagContext(agent: "bot", requestID: "1", tags: AuditTags())
        var head: [UInt8] = []
        let signature = try #require(request.appendHead(to: &head, tags: tags, payload: AWSPayload([]), at: time))
        #expect(latin1Text(head).contains("Signature=\(latin1Text(signature))\r\n"))

        let scrubbing = request.masking(signature).scrubbing
        let count = head.withUnsafeMutableBytes { scrubbing?.mask($0) ?? 0 }
        // It and the access key id.
        #expect(count == 2 && latin1Text(head).contains("Signature=\(String(repeating: "*", count: 64))\r\n"))
    }
}
