internal import PosternCore

/// Writes `application/x-www-form-urlencoded` text that holds secrets.
struct FormBody {
    private var bytes: [UInt8]

    /// Takes the length of all names and values together, so that nothing is ever moved and left behind.
    private init(length: Int) {
        bytes = []
        bytes.reserveCapacity(3 * length)
    }

    /// The names and values as one text.
    static func text(_ fields: [(name: String, value: Secret)]) -> Secret {
        var body = FormBody(length: fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.count + 2 })
        defer { body.bytes.wipe() }
        for field in fields {
            if !body.bytes.isEmpty { body.bytes.append(UInt8(ascii: "&")) }
            body.append(Secret(field.name.utf8))
            body.bytes.append(UInt8(ascii: "="))
            body.append(field.value)
        }
        return Secret(body.bytes)
    }

    /// The value that proves who a client is.
    ///
    /// RFC 6749 section 2.3.1 has both parts written as in a form.
    static func basic(user: String, password: Secret) -> Secret {
        var pair = FormBody(length: user.utf8.count + password.count + 1)
        pair.append(Secret(user.utf8))
        pair.bytes.append(UInt8(ascii: ":"))
        pair.append(password)
        var encoded = Base64.encode(pair.bytes)
        defer {
            pair.bytes.wipe()
            encoded.wipe()
        }
        return value(of: "Basic ", encoded)
    }

    /// The value that shows a token.
    ///
    /// RFC 6750 section 2.1.
    static func bearer(_ token: Secret) -> Secret {
        token.withBytes { value(of: "Bearer ", $0) }
    }

    private static func value(of scheme: String, _ rest: some Collection<UInt8>) -> Secret {
        var value: [UInt8] = []
        value.reserveCapacity(scheme.utf8.count + rest.count)
        defer { value.wipe() }
        value.append(contentsOf: scheme.utf8)
        value.append(contentsOf: rest)
        return Secret(value)
    }

    private mutating func append(_ text: Secret) {
        text.withBytes { source in
            for byte in source {
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                    UInt8(ascii: "~"):
                    bytes.append(byte)
                default:
                    bytes.append(UInt8(ascii: "%"))
                    bytes.append(HexDigit.upper[Int(byte >> 4)])
                    bytes.append(HexDigit.upper[Int(byte & 15)])
                }
            }
        }
    }
}
