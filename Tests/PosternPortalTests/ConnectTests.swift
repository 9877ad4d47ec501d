import Synchronization
import Testing

@testable import PosternPortal

@Suite struct ConnectTests {
    @Test("the page names the agent, and nothing on it is the agent's markup")
    func consent() async throws {
        let visit = try PortalVisit()
        let page = await visit.open("/connect/page")
        #expect(page.status == 200)
        #expect(page.text.contains("research-bot") && page.text.contains("GitHub") && page.text.contains("repo"))
        #expect(!page.text.contains("<script"))
        #expect(visit.desks.done.isEmpty)
    }

    @Test("approving leads to the provider")
    func approving() async throws {
        let visit = try PortalVisit()
        let page = await visit.submit("/connect/page/approve", from: "/connect/page", ["provider": "github"])
        #expect(page.status == 200)
        #expect(page.text.contains("content=\"0;url=https://provider.test/authorize?state=s\""))
        #expect(visit.desks.done == ["connect github"])
    }

    @Test(
        "no browser is sent to an address that is none",
        arguments: ["javascript:alert(1)", "http://evil.test/", "data:,"]
    )
    func hostileProvider(_ url: String) async throws {
        let visit = try PortalVisit()
        visit.desks.state.withLock { $0.authorizationURL = url }
        let page = await visit.submit("/connect/page/approve", from: "/connect/page", ["provider": "github"])
        #expect(page.status == 503)
        #expect(!page.text.contains(url))
    }

    @Test("denying is a form as well")
    func denying() async throws {
        let visit = try PortalVisit()
        let page = await visit.submit("/connect/page/deny", from: "/connect/page")
        #expect(page.status == 200)
        #expect(page.text.contains("Nothing was connected") && page.text.contains("href=\"https://app.test/back\""))
        #expect(visit.desks.done == ["deny page"])
    }

    @Test("a form without its key does nothing", arguments: ["", "00", String(repeating: "0", count: 64)])
    func withoutKey(_ key: String) async throws {
        let visit = try PortalVisit()
        for path in ["/connect/page/approve", "/connect/page/deny"] {
            let page = await visit.submit(path, from: "/connect/page", ["provider": "github"], key: key)
            #expect(page.status == 403)
        }
        #expect(visit.desks.done.isEmpty)
    }

    @Test("the key of one form does not open another, nor in another browser")
    func otherKey() async throws {
        let visit = try PortalVisit()
        let shown = await visit.open("/connect/page").text
        let keys = shown.split(separator: "form_key\" value=\"").dropFirst().map { String($0.prefix { $0 != "\"" }) }
        #expect(keys.count == 2)
        let swapped = await visit.submit("/connect/page/deny", from: "/connect/page", key: keys[0])
        #expect(swapped.status == 403)
        visit.forgetCookie("postern_browser")
        let elsewhere = await visit.submit("/connect/page/deny", from: "/login", key: keys[1])
        #expect(elsewhere.status == 403)
        #expect(visit.desks.done.isEmpty)
    }

    @Test("what a provider says counts in the browser that was sent there")
    func callback() async throws {
        let visit = try PortalVisit()
        let stranger = await visit.open("/connect/callback", query: ["state": "good", "code": "c"])
        #expect(stranger.status == 400)
        #expect(visit.desks.done.isEmpty)
        _ = await visit.open("/connect/page")
        let page = await visit.open("/connect/callback", query: ["state": "good", "code": "c"])
        #expect(page.status == 200)
        #expect(page.text.contains("href=\"https://app.test/back\""))
        let more = await visit.open("/connect/callback", query: ["state": "more", "error": "access_denied"])
        #expect(more.status == 303 && more.text == "/connect/page%2F2")
        #expect(visit.desks.done == ["callback good c -", "callback more - access_denied"])
    }

    @Test("what a provider gave over http is kept by a form on that very answer", arguments: ["keep", "discard"])
    func confirming(_ verb: String) async throws {
        let visit = try PortalVisit()
        _ = await visit.open("/connect/page")
        let page = await visit.open("/connect/callback", query: ["state": "held", "code": "c"])
        #expect(page.status == 200)
        let words = ["research-bot", "ada", "GitHub", "repo", "Nothing is kept yet"]
        #expect(words.allSatisfy(page.text.contains))
        let place = "/connect/confirm/arrival"
        #expect(visit.values("postern_confirmation", at: "/").isEmpty)
        #expect(visit.values("postern_confirmation", at: place + "/keep").count == 1)
        let key = try #require(ConnectTests.key(of: "\(place)/\(verb)", on: page.text))
        let otherVerb = verb == "keep" ? "discard" : "keep"
        let other = try #require(ConnectTests.key(of: "\(place)/\(otherVerb)", on: page.text))
        for wrong in [other, "", "00"] {
            #expect(await visit.submit("\(place)/\(verb)", from: "/login", key: wrong).status == 403)
        }
        // Another port sets a cookie of the name, which keeps nobody out.
        visit.plant("postern_confirmation", String(repeating: "0", count: 64))
        #expect(visit.desks.done == ["callback held c -"])
        #expect(await visit.submit("\(place)/\(verb)", from: "/login", key: key).status == 200)
        #expect(visit.desks.done.last == "\(verb) arrival")
        #expect(visit.values("postern_confirmation", at: place + "/keep").count == 1)
    }

    @Test("nobody keeps an account in another browser")
    func confirmingElsewhere() async throws {
        let visit = try PortalVisit()
        _ = await visit.open("/connect/page")
        let page = await visit.open("/connect/callback", query: ["state": "held", "code": "c"]).text
        let key = try #require(ConnectTests.key(of: "/connect/confirm/arrival/keep", on: page))
        visit.forgetCookie("postern_confirmation")
        visit.plant("postern_confirmation", String(repeating: "0", count: 64))
        #expect(await visit.submit("/connect/confirm/arrival/keep", from: "/login", key: key).status == 403)
        #expect(visit.desks.done == ["callback held c -"])
    }

    private static func key(of action: String, on page: String) -> String? {
        page.firstRange(of: "action=\"\(action)\"><input type=\"hidden\" name=\"form_key\" value=\"")
            .map { String(page[$0.upperBound...].prefix { $0 != "\"" }) }
    }

    @Test("a page leads back to no address that runs something")
    func unsafeReturn() async throws {
        let visit = try PortalVisit()
        _ = await visit.open("/connect/page")
        let page = await visit.open("/connect/callback", query: ["state": "unsafe", "code": "c"])
        #expect(page.status == 200)
        #expect(!page.text.contains("javascript:"))
    }

    @Test("guessing pages is slowed, and who has the right one is not")
    func guessing() async throws {
        let visit = try PortalVisit()
        var statuses: [Int] = []
        for _ in 0..<30 { statuses.append(await visit.open("/connect/guess").status) }
        #expect(statuses.first == 404)
        #expect(statuses.last == 429)
        #expect(await visit.open("/connect/page").status == 200)
    }

    @Test(
        "nothing is done by looking",
        arguments: ["/connect/page/approve", "/connect/page/deny", "/logout", "/connect/confirm/arrival/keep"]
    )
    func looking(_ path: String) async throws {
        let visit = try PortalVisit()
        #expect(await visit.open(path, query: ["provider": "github"]).status == 405)
        #expect(visit.desks.done.isEmpty)
    }
}
