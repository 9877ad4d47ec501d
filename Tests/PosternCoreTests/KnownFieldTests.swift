import PosternCore
import PosternTestSupport
import Testing

private let names: [(String, KnownField?)] = [
    ("Host", .host), ("HOST", .host), ("hOsT", .host),
    ("Hos", nil), ("Hostt", nil), ("X-Host", .provenance), ("Ho-st", nil), ("", nil),
    ("Content-Length", .contentLength), ("Content_Length", .contentLength), ("Content--Length", nil),
    ("Proxy-Authorization", .proxyAuthorization), ("proxy_authorization", .proxyAuthorization),
    ("Authorization", .credential), ("X_Api_Key", .credential), ("x-api-key", .credential), ("xapikey", nil),
    ("X-Forwarded-For", .provenance), ("X_FORWARDED_FOR", .provenance), ("X-Forwarded-Fo", nil),
    ("Keep-Alive", .keepAlive), ("HTTP2-Settings", .http2Settings), ("Upgrade", .upgrade), ("TE", .te),
    ("Trailer", .trailer), ("Trailers", nil), ("Postern-Grant", .posternGrant), ("Range", .range),
]

@Suite("KnownField and FieldName")
struct KnownFieldTests {
    @Test("names are known in any letter case, with _ or -", arguments: names)
    func lookUp(name: String, expected: KnownField?) {
        let field = latin1(name).withUnsafeBytes { KnownField.named($0, hash: FieldName.hash(of: $0)) }
        #expect(field == expected)
    }

    @Test("every credential name is found, in every spelling", arguments: KnownField.credentialNames)
    func credentials(name: String) {
        for spelling in [name, name.uppercased(), name.replacing("-", with: "_")] {
            let field = latin1(spelling).withUnsafeBytes { KnownField.named($0, hash: FieldName.hash(of: $0)) }
            #expect(field == .credential, "\(spelling)")
        }
    }

    @Test(
        "names are equal when an origin may read them as one",
        arguments: [
            ("X-Api-Key", "x_api_key", true), ("A", "a", true), ("a-b", "a_b", true),
            ("a-b", "ab", false), ("a", "", false), ("X-Api-Key", "X-Api-Keys", false),
        ]
    )
    func equality(left: String, right: String, expected: Bool) {
        #expect((FieldName(left) == FieldName(right)) == expected)
        let matches = latin1(right).withUnsafeBytes { FieldName(left).matches($0, hash: FieldName.hash(of: $0)) }
        #expect(matches == expected)
    }
}
