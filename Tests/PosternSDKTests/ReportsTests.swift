import PosternCore
import Testing

@testable import PosternSDK

@Suite struct ReportsTests {
    @Test(
        "a reported URL keeps neither its query nor what stands before the host",
        arguments: [
            ("https://api.example.com/v1?key=s", "https://api.example.com/v1"),
            ("https://u:p@api.example.com/v1#x", "https://api.example.com/v1"),
            ("https://u:p@api.example.com", "https://api.example.com"), ("https://a/b@c/d", "https://a/b@c/d"),
            ("HTTP://u@v:p@a:8080/é?x", "http://a:8080/é"), ("https://[::1]:8443/x", "https://[::1]:8443/x"),
            ("https://a.test/p?\u{301}key=s", "https://a.test/p"),
            ("https://a.test/p#\u{301}key=s", "https://a.test/p"),
            ("https://a.test", "https://a.test"),
        ]
    )
    func urls(_ url: String, _ kept: String) { #expect(ReportedURL(url).text == kept) }

    @Test(
        "nothing is kept of what is no plain URL",
        arguments: [
            "", "nonsense", "https:/u:p@h.test/p", "https:u:p@h.test/p", "//u:p@h.test", "https:\\\\u:p@h.test",
            "https://u:p\\@h.test", "https://h.test\\u:p@x", "https://u:p/w@h.test", " https://u:p@h.test",
            "ftp://u:p@h.test/", "https://@", "https:///u:p@h.test", "https\u{301}://u:p@h.test",
            "https:/\u{338}/u:p@h.test",
        ]
    )
    func unreadable(_ url: String) { #expect(ReportedURL(url).text == ReportedURL.unreadable) }

    @Test("a span that was reported is not counted again, but is for another principal")
    func spans() {
        let reports = SpanReports()
        var span = ReportRecord.Span(trace: "t", name: "n", start: "2026-01-01T00:00:00Z")
        #expect(reports.fresh([span, span], of: Asker(.app)).count == 2)
        span.id = "s"
        #expect(reports.fresh([span, span], of: Asker(.app)).count == 1)
        #expect(reports.fresh([span], of: Asker(.app)).isEmpty)
        #expect(reports.fresh([span], of: Asker(.agent("a"))).count == 1)
        #expect(reports.fresh([span], of: Asker(.agent("a"), agentID: "1")).count == 1)
        #expect(reports.fresh([span], of: Asker(.agent("a"), agentID: "2")).count == 1)
        reports.forget([span], of: Asker(.app))
        #expect(reports.fresh([span], of: Asker(.app)).count == 1)
    }

    @Test(
        "so many spans of another shape are refused",
        arguments: [#"{}"#, #"{"spans":[]}"#, #"{"spans":[{}]}"#, #"{"spans":[1]}"#]
    )
    func shapes(_ body: String) throws {
        var members = try SDKMembers(body: Array(body.utf8))
        #expect(throws: SDKRefusal.self) { try SpanReports.read(&members) }
    }
}
