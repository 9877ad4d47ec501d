internal import Crypto
internal import Synchronization

/// Signs requests for Amazon Web Services with a key that is never sent: Signature Version 4.
///
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
package final class AWSSignature: Sendable {
    /// The longest body that is held so that its digest is known before its head is sent.
    package static let maxHeldBytes = 16 * 1024 * 1024
    /// How long a signature is.
    static let length = 64

    private let accessKeyID: Secret
    /// `AWS4` and the secret access key.
    private let root: Secret
    private let sessionToken: Secret?
    private let service: String?
    private let region: String?
    private let keys = Mutex(AWSSigningKeys())

    /// Takes the key of a credential; `service` and `region` are `nil` where the host says them.
    ///
    /// - Throws: ``DirectoryError`` if it lacks a value, or one cannot stand in a field.
    package init(_ credential: Credential, service: [UInt8]? = nil, region: [UInt8]? = nil) throws(DirectoryError) {
        guard let secret = credential.secrets["secret_access_key"] else {
            throw .missingVariable("secret_access_key", credential: credential.name)
        }
        // Whatever is no secret is not masked in answers.
        guard credential.inputs["secret_access_key"] == nil, credential.inputs["session_token"] == nil else {
            throw .unusableCredential("its secret access key and session token are secrets, and none of its inputs")
        }
        let openID = credential.inputs["access_key_id"].map { Secret(Array($0.utf8)) }
        guard let id = credential.secrets["access_key_id"] ?? openID
        else { throw .missingVariable("access_key_id", credential: credential.name) }
        let isID = id.withBytes { bytes in
            !bytes.isEmpty && bytes.allSatisfy { ByteClass.isToken($0) }
        }
        guard isID else { throw .unusableCredential("its access key id is not one word of letters and digits") }
        sessionToken = credential.secrets["session_token"]
        let isToken = sessionToken?.withBytes { bytes in
            !bytes.isEmpty && bytes.allSatisfy { (0x21...0x7e).contains($0) }
        }
        guard isToken ?? true else {
            throw .unusableCredential("its session token holds bytes that cannot stand in a header field")
        }
        accessKeyID = id
        root = secret.withBytes { Secret(Array("AWS4".utf8) + $0) }
        self.service = try AWSSignature.name(service, "service")
        self.region = try AWSSignature.name(region, "region")
    }

    /// A part of a scope: letters, digits and what joins them.
    private static func name(_ bytes: [UInt8]?, _ kind: String) throws(DirectoryError) -> String? {
        guard let bytes else { return nil }
        let isName =
            (1...64).contains(bytes.count)
            && bytes.allSatisfy { ByteClass.isToken($0) && !"!#$%&'*+^`|~".utf8.contains($0) }
        guard isName else { throw .unusableCredential("its AWS \(kind) is not a name such as `us-east-1`") }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What is signed for at a destination; `nil` if neither the provider nor the host says it.
    package func scope(at destination: Destination) -> AWSScope? {
        AWSScope(service: service, region: region, host: destination.host)
    }

    /// Signs the head that begins at `start`, of which the request line and every field but those of the framing are
    /// written; returns the signature.
    func sign(_ head: inout [UInt8], from start: Int, for scope: AWSScope, _ payload: AWSPayload, at seconds: Int64)
        -> [UInt8]
    {
        let time = AWSSignature.time(seconds)
        let digest = payload.text
        AWSSignature.append("X-Amz-Date", time, to: &head)
        AWSSignature.append("X-Amz-Content-Sha256", digest, to: &head)
        sessionToken?.withBytes { AWSSignature.append("X-Amz-Security-Token", $0, to: &head) }
        var request = AWSCanonicalRequest(head: head[start...], decodesPath: scope.isObjectStore, payload: digest)
        defer { request.wipe() }
        head.append(contentsOf: "Authorization: ".utf8)
        let signature = appendAuthorization(to: &head, request, scope, time: time)
        head.append(contentsOf: "\r\n".utf8)
        return signature
    }

    /// Appends the value of Authorization; returns the signature in it.
    ///
    /// `time` is as in `X-Amz-Date`.
    @discardableResult
    package func appendAuthorization(
        to head: inout [UInt8],
        _ request: AWSCanonicalRequest,
        _ scope: AWSScope,
        time: [UInt8]
    ) -> [UInt8] {
        let day = Array(time.prefix(8))
        let place = day + Array("/\(scope.region)/\(scope.service)/aws4_request".utf8)
        var text = Array("AWS4-HMAC-SHA256\n".utf8) + time + [UInt8(ascii: "\n")] + place + [UInt8(ascii: "\n")]
        text.append(contentsOf: HexDigit.text(of: Array(SHA256.hash(data: request.bytes))))
        let key = keys.withLock { $0.key(root, day: day, scope) }
        let signature = HexDigit.text(of: Array(HMAC<SHA256>.authenticationCode(for: text, using: key)))
        head.append(contentsOf: "AWS4-HMAC-SHA256 Credential=".utf8)
        accessKeyID.withBytes { head.append(contentsOf: $0) }
        head.append(UInt8(ascii: "/"))
        head.append(contentsOf: place)
        head.append(contentsOf: ", SignedHeaders=".utf8)
        head.append(contentsOf: request.signedFields)
        head.append(contentsOf: ", Signature=".utf8)
        head.append(contentsOf: signature)
        return signature
    }

    private static func append(_ name: String, _ value: some Sequence<UInt8>, to head: inout [UInt8]) {
        head.append(contentsOf: name.utf8)
        head.append(contentsOf: ": ".utf8)
        head.append(contentsOf: value)
        head.append(contentsOf: "\r\n".utf8)
    }

    /// A time as AWS writes it: `20150830T123600Z`.
    static func time(_ seconds: Int64) -> [UInt8] {
        let text = Timestamp.text(seconds * 1_000_000_000).utf8
        return text.prefix(19).filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: ":") } + [UInt8(ascii: "Z")]
    }
}

/// What a signature says about a body.
package enum AWSPayload: Sendable {
    /// Its digest.
    case digest([UInt8])
    /// Nothing, which only S3 takes: TLS alone keeps it as it is.
    case unsigned

    /// The digest of a body that is here.
    package init(_ body: [UInt8]) { self = .digest(HexDigit.text(of: Array(SHA256.hash(data: body)))) }

    var text: [UInt8] {
        switch self {
        case .digest(let digits): digits
        case .unsigned: Array("UNSIGNED-PAYLOAD".utf8)
        }
    }
}

/// The keys of one day, each derived once.
private struct AWSSigningKeys {
    private static let maxCount = 32
    private var day: [UInt8] = []
    private var keys: [AWSScope: SymmetricKey] = [:]

    mutating func key(_ root: Secret, day: [UInt8], _ scope: AWSScope) -> SymmetricKey {
        if day != self.day || keys.count >= AWSSigningKeys.maxCount {
            keys = [:]
            self.day = day
        }
        if let key = keys[scope] { return key }
        var key = root.withBytes { SymmetricKey(data: $0) }
        for part in [day, Array(scope.region.utf8), Array(scope.service.utf8), Array("aws4_request".utf8)] {
            key = SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: part, using: key))
        }
        keys[scope] = key
        return key
    }
}
