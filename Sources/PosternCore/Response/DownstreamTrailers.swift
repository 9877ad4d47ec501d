/// The trailers of an answer as the client gets them: less than a head may say, since a client that merges them into the
/// head must not come to another answer by it, and with every copy of the injected credential masked.
///
/// RFC 9110 section 6.5.
package enum DownstreamTrailers {
    /// Appends the trailers in `source`, lines of the form `name: value` that each end in CRLF; returns how many
    /// secrets were masked in them.
    ///
    /// - Throws: ``UpstreamError/responseMalformed``, with nothing appended, if they are anything else, or more than a head may be.
    package static func append(
        _ source: UnsafeRawBufferPointer,
        under rule: AccessRule,
        masking patterns: ScrubPatterns?,
        to buffer: inout [UInt8],
        limits: ResponseLimits = ResponseLimits()
    ) throws(UpstreamError) -> Int {
        guard source.count <= limits.maxHeadBytes else { throw .responseMalformed }
        var lines: [UInt8] = []
        var fields = 0
        var start = 0
        while start < source.count {
            guard let lineFeed = source.place(of: 0x0a, from: start), lineFeed > start, source[lineFeed - 1] == 0x0d,
                let field = HeadField.parse(source, in: start..<lineFeed - 1), fields < limits.maxFields
            else { throw .responseMalformed }
            fields += 1
            if passes(field, under: rule) {
                lines.append(contentsOf: source[field.name])
                lines.append(contentsOf: ": ".utf8)
                lines.append(contentsOf: source[field.value])
                lines.append(contentsOf: "\r\n".utf8)
            }
            start = lineFeed + 1
        }
        let masked = lines.withUnsafeMutableBytes { bytes in
            let masked = patterns?.mask(bytes) ?? 0
            if masked > 0 { BinaryFields.repair(bytes) }
            return masked
        }
        buffer.append(contentsOf: lines)
        return masked
    }

    /// Fields that say how to read the message, where to send it or who sends it do not pass, RFC 9110 section 6.5.1.
    private static func passes(_ field: HeadField, under rule: AccessRule) -> Bool {
        switch field.known {
        case .host, .expect, .http2Settings, .proxyAuthorization, .credential, .cookie, .setCookie, .contentEncoding,
            .messageEncoding, .acceptEncoding, .range, .ifRange, .location, .provenance:
            false
        default: field.passesDownstream(under: rule)
        }
    }
}
