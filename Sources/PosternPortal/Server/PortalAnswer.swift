/// What a request is answered.
struct PortalAnswer: Sendable {
    enum Content: Sendable {
        case page(Page)
        /// Go to a page of ours, by `GET`; the path begins with a slash.
        case redirect(String)
    }

    var status: Int
    var content: Content
    /// `Set-Cookie` fields.
    var cookies: [String] = []

    static func page(_ page: Page, status: Int = 200) -> PortalAnswer {
        PortalAnswer(status: status, content: .page(page))
    }

    static func redirect(_ path: String) -> PortalAnswer { PortalAnswer(status: 303, content: .redirect(path)) }
}

/// One page: what stands in the frame that all of them have.
struct Page: Sendable {
    /// What the browser's window is called; text.
    var title: String
    var main: HTML
    /// Where the browser goes by itself, and after how many seconds.
    var onward: (address: String, seconds: Int)?
    /// What is offered at the top of the pages of operators.
    var navigation: HTML?
}
