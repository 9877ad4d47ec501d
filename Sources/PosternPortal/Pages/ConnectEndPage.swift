/// Says how connecting ended.
enum ConnectEndPage {
    static func completed(_ accounts: [ConnectedAccount], _ returnURL: String?) -> Page {
        let items = accounts.map { account -> HTML in
            "<li><strong>\(QuotedText.line(account.provider))</strong> as \(QuotedText.line(account.account))</li>"
        }
        return page(
            .good,
            title: "Connected",
            message:
                "<ul class=\"plain\">\(items)</ul><p>You can take this back at any time: ask whoever runs Postern.</p>",
            returnURL
        )
    }

    static func denied(_ returnURL: String?) -> Page {
        page(
            .neutral,
            title: "Nothing was connected",
            message: "<p>You said no, and that is what counts.</p>",
            returnURL
        )
    }

    static func failed(_ reason: String, _ returnURL: String?) -> Page {
        page(
            .bad,
            title: "This did not work",
            message: "<p>\(QuotedText.line(reason))</p><p>Nothing was connected.</p>",
            returnURL
        )
    }

    private static func page(_ end: Emblem.End, title: String, message: HTML, _ returnURL: String?) -> Page {
        let way: HTML
        if let link = returnURL.flatMap(SafeLink.init) {
            way =
                "<p><a class=\"button primary wide\" href=\"\(link.address)\">Back to \(QuotedText.line(link.host))</a></p>"
        } else {
            way = "<p class=\"note\">You can close this page.</p>"
        }
        return Page(
            title: title,
            main: """
                <section class="card narrow centred">\(Emblem.end(end))<h1>\(title)</h1>
                \(message)\(way)</section>
                """
        )
    }
}

/// Sends a browser to a provider.
struct OnwardPage {
    let link: SafeLink

    var page: Page {
        Page(
            title: "On to the provider",
            main: """
                <section class="card narrow centred"><h1>On to \(QuotedText.line(link.host))</h1>
                <p>Your browser is being sent there. It comes back here when you have answered.</p>
                <p><a id="onward" class="button primary wide" href="\(link.address)">Continue</a></p></section>
                """,
            onward: (link.address, 0)
        )
    }
}
