// What a client signed is not what is sent: its signature goes, and what only its own signature could have meant is refused.
extension AWSSignature {
    /// Refuses a request that cannot be signed anew.
    func check(_ ingress: IngressRequest, to destination: Destination, under accessRule: AccessRule) throws(ProxyError)
    {
        let head = ingress.head
        let rule = accessRule.id
        if scope(at: destination) == nil { throw .unsignable(rule: rule, .scopeUnknown) }
        if let query = ingress.query, AWSSignature.isPresigned(head, query) {
            throw .unsignable(rule: rule, .presigned)
        }
        for field in head.fields {
            if head.isNamed(field, AWSSignature.digestField) {
                let value = String(decoding: head[field.value], as: UTF8.self).uppercased()
                if value.hasPrefix("STREAMING-") { throw .unsignable(rule: rule, .streamed) }
                if value.hasPrefix("UNSIGNED-") { throw .unsignable(rule: rule, .unsignedPayload) }
            } else if head.isNamed(field, AWSSignature.copySourceField) {
                guard accessRule.coversCopying(from: head[field.value], to: destination.host) else {
                    throw .unsignable(rule: rule, .copySource)
                }
            } else if field.known == .contentEncoding {
                let value = String(decoding: head[field.value], as: UTF8.self).lowercased()
                if value.contains("aws-chunked") { throw .unsignable(rule: rule, .streamed) }
            } else if AWSSignature.streamingFields.contains(where: { head.isNamed(field, $0) }) {
                throw .unsignable(rule: rule, .streamed)
            }
        }
    }

    /// Whether a field belongs to the client's own signature, or counts its attempts.
    ///
    /// Those that are credential fields everywhere go with them. What counts attempts is another each time, so that a
    /// person who approved a request would be asked for it again.
    func replaces(_ field: HeadField, in head: RequestHead) -> Bool {
        field.known == .date || AWSSignature.signatureFields.contains { head.isNamed(field, $0) }
    }

    private static let digestField = FieldName("x-amz-content-sha256")
    private static let copySourceField = FieldName("x-amz-copy-source")
    private static let streamingFields = ["x-amz-decoded-content-length", "x-amz-trailer"].map { FieldName($0) }
    private static let signatureFields = [
        "x-amz-algorithm", "x-amz-credential", "x-amz-signature", "x-amz-signedheaders", "x-amz-expires",
        "x-amz-region-set", "x-amz-s3session-token", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256",
        "amz-sdk-invocation-id", "amz-sdk-request",
    ].map { FieldName($0) }

    /// Those of Signature Version 4, and the one that an older signature cannot do without.
    private static let presigningParameters = [
        "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-expires", "x-amz-signedheaders", "x-amz-signature",
        "x-amz-security-token", "x-amz-content-sha256", "x-amz-s3session-token", "x-amz-region-set", "awsaccesskeyid",
    ].map { Array($0.utf8) }

    private static func isPresigned(_ head: RequestHead, _ query: Range<Int>) -> Bool {
        var isPresigned = false
        head.bytes.withUnsafeBytes { bytes in
            let text = UnsafeRawBufferPointer(rebasing: bytes[query])
            QueryParameters.forEach(text) { pair, _ in
                if isPresigned { return }
                isPresigned = presigningParameters.contains { QueryParameters.pair(text[pair], mayName: $0) }
            }
        }
        return isPresigned
    }
}

extension AccessRule {
    /// Whether S3 may be told to read an object at `source`, `bucket/key`, which neither the path nor the host shows.
    ///
    /// It may where the rule lets all of the host be read, and the host is that of the bucket, or of every bucket.
    fileprivate func coversCopying(from source: ArraySlice<UInt8>, to host: HostName) -> Bool {
        let isReadable = bounds.allSatisfy { bound in
            bound.constraints.paths == nil && bound.constraints.methods?.contains(.get) ?? true
        }
        let name = QueryParameters.decodedName(source.first == UInt8(ascii: "/") ? source.dropFirst() : source)
        guard isReadable, !name.starts(with: "arn:".utf8) else { return false }
        guard let owner = AWSHost(host.text)?.owner, !owner.isEmpty else { return true }
        return name.starts(with: "\(owner)/".utf8)
    }
}

/// Why a request cannot be signed.
package enum SigningRefusal: Hashable, Sendable {
    /// It has a signature in its query.
    case presigned
    /// It says that its body is not signed.
    case unsignedPayload
    /// It signs its body piece by piece.
    case streamed
    /// It has an object copied that its grant may not cover.
    case copySource
    /// Its body is longer than what is held.
    case bodyTooLong(limit: Int)
    /// Nothing says for which service and region.
    case scopeUnknown
}
