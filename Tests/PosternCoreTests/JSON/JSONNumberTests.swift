import PosternCore
import Testing

@Suite("A JSON number")
struct JSONNumberTests {
    private func number(_ text: String) -> JSONNumber? { JSONNumber(text.utf8) }

    @Test(
        "has one value however it is written",
        arguments: [
            ("1", "1.0"), ("1", "10e-1"), ("1", "0.1e1"), ("1", "1E0"), ("1", "1e-0"), ("1000", "1e3"),
            ("1000", "1.000e+3"),
            ("0", "-0"), ("0", "0.000"), ("0", "0e999"), ("0", "-0.0e-7"), ("-1.5", "-15e-1"), ("0.001", "1e-3"),
            ("100", "0.0001e6"), ("1e400", "10e399"), ("1e000000000000001", "10"),
            ("123456789012345678901234567890", "1.2345678901234567890123456789e29"),
        ]
    )
    func comparesValues(left: String, right: String) throws {
        let (left, right) = (try #require(number(left)), try #require(number(right)))
        #expect(left == right && left.hashValue == right.hashValue)
        #expect(!(left < right) && !(right < left))
    }

    @Test(
        "is ordered exactly",
        arguments: [
            ("0", "1"), ("-1", "0"), ("-2", "-1"), ("-1e9", "1"), ("9", "10"), ("0.9", "1"), ("0.09", "0.1"),
            ("9007199254740992", "9007199254740993"), ("1000", "1000.0000000000000000000000000001"), ("1e3", "1e4"),
            ("1e308", "1e309"), ("-1e309", "-1e308"), ("0", "1e-400"), ("-1e-400", "0"), ("0.3", "0.30000000000000004"),
            ("99999999999999999998", "99999999999999999999"), ("1", "1.0000000000000001"), ("-1.1", "-1.01"),
            ("12", "123"),
        ]
    )
    func orders(smaller: String, larger: String) throws {
        let (smaller, larger) = (try #require(number(smaller)), try #require(number(larger)))
        #expect(smaller < larger && !(larger < smaller) && smaller != larger)
    }

    @Test(
        "is none in any other form, or with an exponent beyond reason",
        arguments: [
            "", "-", "+1", "01", "00", "1.", ".1", "1e", "1e+", "1 ", " 1", "0x1", "1e1000000000", "1e-1000000000",
            "1e99999999999999999999999999999", "1,0", "1_0", "1e1e1", "١", "--1", "-e1", "Infinity",
        ]
    )
    func refuses(text: String) { #expect(number(text) == nil) }

    @Test("of an integer is the integer", arguments: [0, 1, -1, 10, -100, 1_000_000, Int.max, Int.min])
    func takesIntegers(integer: Int) { #expect(JSONNumber(integer) == number("\(integer)")) }

    @Test(
        "is read alike by all programs below 2^53",
        arguments: [
            ("9007199254740991", true), ("-9007199254740991", true), ("9007199254740992", false), ("0.1", true),
            ("-9007199254740992", false), ("1e400", false), ("-18446744073709551000", false),
        ]
    )
    func knowsItsReach(text: String, expected: Bool) throws {
        #expect(try #require(number(text)).isInteroperable == expected)
    }
}
