import Foundation
import PosternTestSupport

/// A secret as some server wrote it into an answer.
struct WrittenSecret {
    var bytes: [UInt8]
    /// The bytes that depend on the secret alone, all of which must go.
    var secret: Range<Int>
}

/// The ways in which servers, libraries and languages write a secret, with Foundation's encoders and not Postern's.
enum SecretWriting {
    typealias Write = @Sendable (String, inout SplitMix64) -> WrittenSecret

    /// The user name of the Basic pair.
    static let user = "aladdin"

    static let all: [(name: String, write: Write)] = [
        ("raw", plain { $0 }),
        ("percent", plain { percent($0, keeping: "-._~") }),
        ("percent, lower case", plain { lowerEscapes(percent($0, keeping: "-._~")) }),
        ("percent, each byte", plain { numbers($0, "%%%02X") }),
        ("percent, each byte, lower case", plain { numbers($0, "%%%02x") }),
        ("quote() of Python", plain { percent($0, keeping: "-._~/") }),
        ("encodeURIComponent", plain { percent($0, keeping: "-_.!~*'()") }),
        ("encodeURI", plain { percent($0, keeping: "-_.!~*'();/?:@&=+$,#") }),
        ("URLEncoder of Java", plain { percent($0, keeping: "-_.* ").replacing(" ", with: "+") }),
        ("urlencode of PHP", plain { percent($0, keeping: "-_. ").replacing(" ", with: "+") }),
        ("UrlEncode of .NET", plain { lowerEscapes(percent($0, keeping: "-_.!*() ").replacing(" ", with: "+")) }),
        ("PathEscape of Go", plain { percent($0, keeping: "-_.~$&+=:@") }),
        ("path of a URL", plain { percent($0, keeping: "-._~!$&'()*+,;=:@/") }),
        ("form", plain { percent($0, keeping: "-._~ ").replacing(" ", with: "+") }),
        ("JSON of Foundation", plain { json($0, []) }),
        ("JSON", plain { json($0, [.withoutEscapingSlashes]) }),
        ("JSON of Go", plain { numbered(json($0, [.withoutEscapingSlashes]), "<>&", "\\u%04x") }),
        ("JSON of Gson", plain { numbered(json($0, [.withoutEscapingSlashes]), "<>&='", "\\u%04x") }),
        ("JSON of .NET", plain { numbered(escaped($0, ["\\": "\\\\"]), "<>&'\"+`", "\\u%04X") }),
        ("\\u", plain { numbers($0, "\\u%04x") }), ("\\u, upper case", plain { numbers($0, "\\u%04X") }),
        ("\\x", plain { numbers($0, "\\x%02x") }), ("hex", plain { numbers($0, "%02x") }),
        ("HEX", plain { numbers($0, "%02X") }), ("HTML numbers", plain { numbers($0, "&#%d;") }),
        ("HTML hex numbers", plain { numbers($0, "&#x%x;") }),
        ("XML", plain { html($0, "&quot;", "&apos;") }), ("HTML of Python", plain { html($0, "&quot;", "&#x27;") }),
        ("HTML of PHP", plain { html($0, "&quot;", "&#039;") }),
        ("HTML of Jinja", plain { html($0, "&#34;", "&#39;") }),
        ("HTML text", plain { html($0, "\"", "'") }),
        ("HTML of Go", plain { html($0, "&#34;", "&#39;").replacing("+", with: "&#43;") }),
        ("base64", base64 { $0 }),
        ("base64url", base64 { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 }),
        ("base64 in JSON", base64 { $0 == "/" ? "\\/" : $0 }),
        ("base64 in a query", base64 { $0 == "/" ? "%2F" : $0 == "+" ? "%2B" : $0 == "=" ? "%3D" : $0 }),
        ("base64 in a query, lower case", base64 { $0 == "/" ? "%2f" : $0 == "+" ? "%2b" : $0 == "=" ? "%3d" : $0 }),
        ("Basic", plain { pair($0) }), ("Basic in a query", plain { percent(pair($0), keeping: "") }),
        ("Basic in JSON", plain { json(pair($0), []) }), ("Basic in hex", plain { numbers(pair($0), "%02x") }),
    ]

    private static func plain(_ encode: @escaping @Sendable (String) -> String) -> Write {
        { secret, _ in
            let bytes = Array(encode(secret).utf8)
            return WrittenSecret(bytes: bytes, secret: 0..<bytes.count)
        }
    }

    /// Base 64 of the secret amid other bytes, so that it stands at any alignment; each character then goes through
    /// `write`.
    private static func base64(_ write: @escaping @Sendable (String) -> String) -> Write {
        { secret, random in
            let before = random.bytes(random.below(20), from: Array(0...255))
            let after = random.bytes(random.below(20), from: Array(0...255))
            let text = Data(before + Array(secret.utf8) + after).base64EncodedString()
            // The bits of the secret, as places of bits among all.
            let bits = before.count * 8..<(before.count + secret.utf8.count) * 8
            var result = WrittenSecret(bytes: [], secret: 0..<0)
            var places: [Range<Int>] = []
            for (index, character) in text.enumerated() {
                let start = result.bytes.count
                result.bytes += Array(write(String(character)).utf8)
                if index * 6 >= bits.lowerBound, (index + 1) * 6 <= bits.upperBound {
                    places.append(start..<result.bytes.count)
                }
            }
            result.secret = (places.first?.lowerBound ?? 0)..<(places.last?.upperBound ?? 0)
            return result
        }
    }

    private static func pair(_ secret: String) -> String {
        Data("\(user):\(secret)".utf8).base64EncodedString()
    }

    private static func percent(_ text: String, keeping kept: String) -> String {
        var allowed = CharacterSet(charactersIn: kept)
        allowed.insert(charactersIn: "a"..."z")
        allowed.insert(charactersIn: "A"..."Z")
        allowed.insert(charactersIn: "0"..."9")
        return text.addingPercentEncoding(withAllowedCharacters: allowed) ?? text
    }

    private static func lowerEscapes(_ text: String) -> String {
        var bytes = Array(text.utf8)
        for index in bytes.indices where bytes[index] == UInt8(ascii: "%") {
            for digit in [index + 1, index + 2] { bytes[digit] |= 0x20 }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func numbers(_ text: String, _ format: String) -> String {
        text.utf8.map { String(format: format, Int($0)) }.joined()
    }

    /// Writes the characters listed as numbers, and leaves the others.
    private static func numbered(_ text: String, _ characters: String, _ format: String) -> String {
        text.utf8.map { byte in
            characters.utf8.contains(byte) ? String(format: format, Int(byte)) : String(UnicodeScalar(byte))
        }.joined()
    }

    private static func escaped(_ text: String, _ escapes: [Character: String]) -> String {
        text.map { escapes[$0] ?? String($0) }.joined()
    }

    private static func json(_ text: String, _ options: JSONEncoder.OutputFormatting) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = options
        guard let data = try? encoder.encode([text]) else { fatalError("not JSON: \(text)") }
        return String(decoding: data.dropFirst(2).dropLast(2), as: UTF8.self)
    }

    private static func html(_ text: String, _ quote: String, _ apostrophe: String) -> String {
        escaped(text, ["&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": quote, "'": apostrophe])
    }
}
