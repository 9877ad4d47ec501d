// Requests that a signing credential cannot be used for.
extension ProblemDetails {
    init(_ refusal: SigningRefusal, under rule: String) {
        self.init(
            400,
            "unsignable_request",
            "http_request_denied",
            "The request cannot be signed for AWS",
            "Under grant \(rule) Postern signs requests itself, with a key that no client has. \(refusal.advice)"
        )
    }
}

extension SigningRefusal {
    fileprivate var advice: String {
        switch self {
        case .presigned:
            "This one has a signature in its query, which is not made anew: send it without the parameters that begin with X-Amz-."
        case .unsignedPayload:
            "This one says that its body is unsigned: send it without X-Amz-Content-Sha256, or with the body's digest."
        case .streamed:
            "This one has a body that is signed piece by piece (aws-chunked): send it plain. AWS's own clients do with "
                + "AWS_REQUEST_CHECKSUM_CALCULATION=when_required."
        case .copySource:
            "This one has S3 copy an object that the grant does not cover by its host alone: x-amz-copy-source has to name the "
                + "host's bucket, under a grant that has no paths and allows GET."
        case .bodyTooLong(let limit):
            "Its body is longer than the \(limit) bytes that are held to be signed."
        case .scopeUnknown:
            "The host's name does not say for which service and region: the operator says them in the provider's "
                + "`aws_signature`."
        }
    }
}
