/// An answer of Postern's own.
package protocol OwnAnswer {
    /// The whole HTTP/1.1 answer.
    ///
    /// `requestID` names the request in the audit log, `closes` says whether the connection ends after the answer, and
    /// `isBodiless` whether it answers HEAD, so that the body is left out.
    func response(requestID: String, closes: Bool, isBodiless: Bool) -> [UInt8]
}

extension ServiceAnswer: OwnAnswer {
    package func response(requestID: String, closes: Bool, isBodiless: Bool) -> [UInt8] {
        var head = "HTTP/1.1 \(status) \(ReasonPhrase.of(status))\r\n"
        for field in fields { head += "\(field.name): \(field.value)\r\n" }
        if status != 204 { head += "Content-Length: \(body.count)\r\n" }
        head += "Postern-Request-Id: \(requestID)\r\n"
        head += closes ? "Connection: close\r\n\r\n" : "\r\n"
        return Array(head.utf8) + (isBodiless || status == 204 ? [] : body)
    }
}
