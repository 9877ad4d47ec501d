extension Page {
    /// The whole document.
    func document(at address: PortalAddress) -> HTML {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="robots" content="noindex">
        \(refresh)<title>\(title) – Postern</title>
        <style>\(Stylesheet.text)</style>
        </head>
        <body>
        <a class="skip" href="#main">Skip to the page</a>
        <header>
        <p class="brand">\(Page.gate)Postern</p>
        \(navigation)</header>
        <main id="main" tabindex="-1">
        \(main)
        </main>
        <footer><p>Shown by Postern at <strong>\(address.authority)</strong>. It never asks for a password.</p></footer>
        </body>
        </html>

        """
    }

    private var refresh: HTML? {
        onward.map { "<meta http-equiv=\"refresh\" content=\"\($0.seconds);url=\($0.address)\">\n" }
    }

    /// A small gate in a big wall.
    private static let gate: HTML = """
        <svg class="gate" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">\
        <path d="M2 21V5h4V3h3v2h6V3h3v2h4v16h-7v-6a3 3 0 0 0-6 0v6z" fill="currentColor"/></svg>
        """
}

/// A form of hidden fields and what stands before its end, such as a button.
struct ActionForm {
    let action: String
    let key: String
    var fields: [(name: String, value: String)] = []
    let content: HTML

    var markup: HTML {
        let hidden = ([(name: FormKeys.field, value: key)] + fields).map { field -> HTML in
            "<input type=\"hidden\" name=\"\(field.name)\" value=\"\(field.value)\">"
        }
        return "<form method=\"post\" action=\"\(action)\">\(hidden)\(content)</form>"
    }
}

extension HTML {
    /// A list of names and values; nothing without any.
    static func facts(_ facts: [(name: HTML, value: HTML)]) -> HTML {
        guard !facts.isEmpty else { return "" }
        let rows = facts.map { fact -> HTML in "<div><dt>\(fact.name)</dt><dd>\(fact.value)</dd></div>" }
        return "<dl class=\"facts\">\(rows)</dl>"
    }

    /// A list of short texts of others.
    static func list(_ texts: [String], class name: StaticString) -> HTML {
        guard !texts.isEmpty else { return "" }
        let items = texts.map { text -> HTML in "<li>\(QuotedText.line(text))</li>" }
        return "<ul class=\"\("\(name)")\">\(items)</ul>"
    }
}
