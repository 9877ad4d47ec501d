/// The one form of a request that both sides of a signature compute.
///
/// It is read off the bytes of the head that is sent, so that what is signed cannot differ from it.
package struct AWSCanonicalRequest {
    package private(set) var bytes: [UInt8]
    /// The names of the signed fields, as the signature tells them.
    package let signedFields: [UInt8]

    /// Reads a head up to its last field: a request line in origin-form, then lines that end in CRLF.
    ///
    /// `decodesPath` is how S3 reads a path: as the name of an object. `payload` is the digest of the body in hexadecimal.
    package init(
        head: ArraySlice<UInt8>,
        decodesPath: Bool,
        payload: [UInt8],
        signs isSigned: (ArraySlice<UInt8>) -> Bool = AWSCanonicalRequest.mustSign
    ) {
        let lineEnd = head.firstIndex(of: UInt8(ascii: "\r")) ?? head.endIndex
        let parts = head[..<lineEnd].split(separator: UInt8(ascii: " "), maxSplits: 2)
        let target = parts.count > 1 ? parts[1] : []
        let path = target.prefix { $0 != UInt8(ascii: "?") }

        bytes = []
        // Escapes are the most that it grows by; what grew otherwise would leave a copy behind that is not wiped.
        bytes.reserveCapacity(3 * head.count + 256)
        bytes.append(contentsOf: parts.first ?? [])
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(
            contentsOf: decodesPath
                ? AWSCanonicalRequest.objectPath(path) : AWSCanonicalRequest.encodedPath(path)
        )
        bytes.append(UInt8(ascii: "\n"))
        AWSCanonicalRequest.appendQuery(target[path.endIndex...].dropFirst(), to: &bytes)
        bytes.append(UInt8(ascii: "\n"))

        let fields = AWSCanonicalRequest.fields(head[lineEnd...], isSigned)
        for (name, values) in fields {
            bytes.append(contentsOf: name)
            bytes.append(UInt8(ascii: ":"))
            for (index, value) in values.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                AWSCanonicalRequest.appendWords(value, to: &bytes)
            }
            bytes.append(UInt8(ascii: "\n"))
        }
        signedFields = Array(fields.map(\.name).joined(separator: [UInt8(ascii: ";")]))
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: signedFields)
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: payload)
    }

    /// Overwrites the copy of the session token that is among the fields.
    mutating func wipe() { bytes.withUnsafeMutableBytes { _ = $0.initializeMemory(as: UInt8.self, repeating: 0) } }

    /// What a signature has to cover: the host, what the body is, and everything that AWS gives a meaning.
    ///
    /// `name` is in lower case.
    package static func mustSign(_ name: ArraySlice<UInt8>) -> Bool {
        name.starts(with: "x-amz-".utf8) || name.elementsEqual("host".utf8) || name.elementsEqual("content-type".utf8)
            || name.elementsEqual("content-md5".utf8)
    }

    // MARK: Path

    /// Each byte as it is decoded, encoded in the one way; a slash that was encoded stays so.
    private static func objectPath(_ path: ArraySlice<UInt8>) -> [UInt8] {
        let segments = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map {
            QueryParameters.encoded(QueryParameters.decodedName($0, plusIsBlank: false))
        }
        let result = Array(segments.joined(separator: [UInt8(ascii: "/")]))
        return result.isEmpty ? [UInt8(ascii: "/")] : result
    }

    /// Without empty segments, and encoded once more than it is: dot segments get no further than the ingress.
    private static func encodedPath(_ path: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(path.count)
        for segment in path.split(separator: UInt8(ascii: "/")) {
            result.append(UInt8(ascii: "/"))
            result.append(contentsOf: QueryParameters.encoded(segment))
        }
        if path.last == UInt8(ascii: "/") || result.isEmpty { result.append(UInt8(ascii: "/")) }
        return result
    }

    // MARK: Query

    private static func appendQuery(_ query: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
        let pairs = query.split(separator: UInt8(ascii: "&")).map { pair in
            let name = pair.prefix { $0 != UInt8(ascii: "=") }
            return (name: encoded(name), value: encoded(pair[name.endIndex...].dropFirst()))
        }
        let sorted = pairs.sorted { left, right in
            left.name == right.name
                ? left.value.lexicographicallyPrecedes(right.value) : left.name.lexicographicallyPrecedes(right.name)
        }
        for (index, pair) in sorted.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: "&")) }
            bytes.append(contentsOf: pair.name)
            bytes.append(UInt8(ascii: "="))
            bytes.append(contentsOf: pair.value)
        }
    }

    /// A `+` is a space to those who read it.
    private static func encoded(_ text: ArraySlice<UInt8>) -> [UInt8] {
        QueryParameters.encoded(QueryParameters.decodedName(text))
    }

    // MARK: Fields

    private static func appendWords(_ value: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
        for (index, word) in value.split(whereSeparator: { $0 == 0x20 || $0 == 0x09 }).enumerated() {
            if index > 0 { bytes.append(0x20) }
            bytes.append(contentsOf: word)
        }
    }

    /// The signed fields by name, each with its values in the order in which they come.
    private static func fields(
        _ lines: ArraySlice<UInt8>,
        _ isSigned: (ArraySlice<UInt8>) -> Bool
    ) -> [(name: [UInt8], values: [ArraySlice<UInt8>])] {
        var result: [(name: [UInt8], values: [ArraySlice<UInt8>])] = []
        for line in lines.split(whereSeparator: { $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }) {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let name = line[..<colon].map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
            guard isSigned(name[...]) else { continue }
            let value = line[(colon + 1)...]
            if let index = result.firstIndex(where: { $0.name == name }) {
                result[index].values.append(value)
            } else {
                result.append((name, [value]))
            }
        }
        return result.sorted { $0.name.lexicographicallyPrecedes($1.name) }
    }
}
