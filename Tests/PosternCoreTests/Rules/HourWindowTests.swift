import Foundation
import PosternCore
import Testing

@Suite("Hours")
struct HourWindowTests {
    private static let zoneNames = [
        "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Asia/Kathmandu", "Australia/Lord_Howe",
        "Asia/Tehran",
        "Africa/Casablanca", "America/Nuuk", "Pacific/Apia", "Europe/Dublin", "Etc/UTC", "Asia/Gaza",
        "Antarctica/Troll",
        "Pacific/Kiritimati", "Africa/Cairo", "America/Santiago", "Europe/Moscow",
    ]

    private func table(_ name: String) throws -> TimeZoneTable {
        let bytes = try #require(FileManager.default.contents(atPath: "/usr/share/zoneinfo/\(name)"))
        return try #require(TimeZoneTable(tzif: Array(bytes)))
    }

    /// Seconds since 1970 of a text such as `2026-11-21T08:00:00Z`.
    private func moment(_ text: String) throws -> Int64 {
        Int64(try Date(text, strategy: .iso8601).timeIntervalSince1970)
    }

    @Test(
        "have the offsets that Foundation has, before, in and after the transitions of the file",
        arguments: zoneNames
    )
    func agreesWithFoundation(name: String) throws {
        let table = try table(name)
        let zone = try #require(TimeZone(identifier: name))
        // From 1975 on, in steps that meet every hour of the day; far beyond the last transition of a file.
        for seconds in stride(from: 157_766_400, to: 3_500_000_000, by: 100_003) {
            let date = Date(timeIntervalSince1970: TimeInterval(seconds))
            let expected = zone.secondsFromGMT(for: date)
            let offset = table.offset(at: seconds)
            if offset != expected {
                Issue.record("\(name) at \(date): \(offset), not \(expected)")
                return
            }
        }
    }

    @Test("change to the second")
    func changesToTheSecond() throws {
        let berlin = try table("Europe/Berlin")
        for (text, before, after) in [
            ("2026-03-29T01:00:00Z", 3600, 7200), ("2026-10-25T01:00:00Z", 7200, 3600),
            ("2060-03-28T01:00:00Z", 3600, 7200),
            ("2060-10-31T01:00:00Z", 7200, 3600),
        ] {
            let change = Int(try moment(text))
            #expect(berlin.offset(at: change - 1) == before && berlin.offset(at: change) == after, "\(text)")
        }
    }

    @Test("are on the days and between the times that they name, in their zone")
    func containsMoments() throws {
        let berlin = HourWindow(
            text: "",
            days: 0b001_1111,
            seconds: (8 * 3600, 18 * 3600),
            zone: .table(try table("Europe/Berlin"))
        )
        for (text, expected) in [
            ("2026-11-20T07:00:00Z", true), ("2026-11-20T06:59:59Z", false), ("2026-11-20T16:59:59Z", true),
            ("2026-11-20T17:00:00Z", false), ("2026-11-21T10:00:00Z", false), ("2026-11-22T10:00:00Z", false),
            ("2026-07-17T06:00:00Z", true), ("2026-07-17T05:59:59Z", false), ("2026-07-17T16:00:00Z", false),
        ] {
            #expect(berlin.contains(try moment(text)) == expected, "\(text)")
        }
    }

    @Test("go on past midnight into the next day")
    func wrapsMidnight() throws {
        let friday = HourWindow(text: "", days: 0b001_0000, seconds: (22 * 3600, 6 * 3600), zone: .offset(0))
        for (text, expected) in [
            ("2026-11-20T21:59:59Z", false), ("2026-11-20T22:00:00Z", true), ("2026-11-21T00:00:00Z", true),
            ("2026-11-21T05:59:59Z", true), ("2026-11-21T06:00:00Z", false), ("2026-11-21T23:00:00Z", false),
            ("2026-11-20T03:00:00Z", false),
        ] {
            #expect(friday.contains(try moment(text)) == expected, "\(text)")
        }
        let sunday = HourWindow(text: "", days: 0b100_0000, seconds: (22 * 3600, 0), zone: .offset(-3600))
        #expect(sunday.contains(try moment("2026-11-23T00:30:00Z")))
        #expect(!sunday.contains(try moment("2026-11-23T01:00:00Z")))
        #expect(!sunday.contains(try moment("2026-11-22T22:30:00Z")))
    }

    @Test("know weekdays before 1970 as well")
    func knowsOldDays() {
        let thursday = HourWindow(text: "", days: 0b000_1000, seconds: (0, 86_400), zone: .offset(0))
        #expect(thursday.contains(0) && thursday.contains(86_399) && !thursday.contains(86_400))
        #expect(!thursday.contains(-1) && thursday.contains(-6 * 86_400 - 1) && thursday.contains(-7 * 86_400))
    }

    @Test("of a rule are any of its windows; no window is never")
    func openings() {
        let night = HourWindow(text: "", days: 0x7f, seconds: (0, 3600), zone: .offset(0))
        let noon = HourWindow(text: "", days: 0x7f, seconds: (43_200, 46_800), zone: .offset(0))
        let constraints = RequestConstraints(hours: [night, noon])
        #expect(constraints.isOpen(at: 0) && constraints.isOpen(at: 43_200) && !constraints.isOpen(at: 3600))
        #expect(RequestConstraints().isOpen(at: 0) && !RequestConstraints(hours: []).isOpen(at: 0))
    }

    @Test("do not come from files that are cut or changed")
    func refusesBrokenFiles() throws {
        let bytes = Array(try #require(FileManager.default.contents(atPath: "/usr/share/zoneinfo/Europe/Berlin")))
        for count in 0..<bytes.count - 1 { #expect(TimeZoneTable(tzif: Array(bytes[..<count])) == nil, "\(count)") }
        // What is changed may be refused or be another zone, and does not trap.
        for place in bytes.indices {
            for value in [0, 0x7f, 0xff] as [UInt8] {
                var changed = bytes
                changed[place] = value
                _ = TimeZoneTable(tzif: changed)?.offset(at: 4_000_000_000)
            }
        }
    }
}
