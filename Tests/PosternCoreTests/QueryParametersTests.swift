import PosternCore
import PosternTestSupport
import Testing

private let splits: [(String, [String])] = [
    ("", []), ("a", ["a|a"]), ("a=", ["a|a="]), ("=b", ["|=b"]), ("=", ["|="]), ("a=b", ["a|a=b"]),
    ("a=b&c=d", ["a|a=b", "c|c=d"]), ("&", []), ("&&a&&", ["a|a"]), ("a=b=c", ["a|a=b=c"]), ("a&a", ["a|a", "a|a"]),
    ("a=1&&b", ["a|a=1", "b|b"]),
]

private let names: [(String, String, Bool)] = [
    ("key", "key", true), ("KEY", "key", true), ("k%65y", "key", true), ("%6b%65%79", "key", true),
    ("%4BEY", "key", true),
    ("Key", "KEY", true), ("a+b", "a b", true), ("a%20b", "a b", true), ("%6B%65%59", "key", true),
    ("key%00", "key", false), ("ke", "key", false), ("keys", "key", false), ("k%2565y", "key", false),
    ("", "key", false),
    ("k%6", "key", false), ("k%zzy", "key", false), ("key%", "key", false), ("%", "%", true), ("%4", "%4", true),
    ("k_y", "k-y", false),
]

@Suite("QueryParameters")
struct QueryParametersTests {
    @Test("a query is taken apart at each &", arguments: splits)
    func split(query: String, expected: [String]) {
        var pairs: [String] = []
        let bytes = latin1(query)
        bytes.withUnsafeBytes { raw in
            QueryParameters.forEach(raw) { pair, name in
                pairs.append("\(latin1Text(raw[name]))|\(latin1Text(raw[pair]))")
            }
        }
        #expect(pairs == expected)
    }

    @Test("names are compared as an origin would read them", arguments: names)
    func compare(raw: String, name: String, expected: Bool) {
        #expect(QueryParameters.name(latin1(raw), is: latin1(name)) == expected)
    }

    @Test(
        "a pair names a parameter in whichever way an origin may split it",
        arguments: [
            ("key=1", true), ("a=1;key=2", true), ("a;KEY", true), ("a=1;k%65y=2", true), (";key", true),
            ("key;a=1", true),
            ("a=key", false), ("a=1;b=key", false), ("akey=1", false), ("a=1;keys=2", false), ("", false), (";", false),
        ]
    )
    func pair(text: String, expected: Bool) {
        #expect(QueryParameters.pair(latin1(text), mayName: latin1("key")) == expected)
    }

    @Test(
        "what is written is unreserved or escaped",
        arguments: [
            ("", ""), ("aZ09-._~", "aZ09-._~"), (" /?&=+%#", "%20%2F%3F%26%3D%2B%25%23"),
            ("\u{0}\u{ff}\r\n", "%00%FF%0D%0A"),
        ]
    )
    func encode(text: String, expected: String) {
        #expect(latin1Text(QueryParameters.encoded(latin1(text))) == expected)
    }

    @Test("every byte survives being encoded and decoded") func roundTrip() {
        let all = Array(UInt8.min...UInt8.max)
        #expect(QueryParameters.decodedName(QueryParameters.encoded(all)) == all)
    }
}
