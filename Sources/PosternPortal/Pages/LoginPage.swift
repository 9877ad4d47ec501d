/// Lets operators and approvers in, who show a code.
struct LoginPage {
    /// The one in the address, if there is one.
    let code: String?
    /// What is shown to whoever has signed in, if not the list.
    let approval: String?
    let formKey: String

    static let approvalField = "approval"

    /// Where it is, with what is shown afterwards.
    static func path(approval: String?) -> String { "/login" + (approval.map { "?\(approvalField)=\($0)" } ?? "") }

    var page: Page {
        Page(
            title: "Sign in",
            main: """
                <section class="card narrow">
                <h1>Sign in to Postern</h1>
                \(form.markup)
                <p class="note">A code works once, for two minutes. Whoever runs Postern makes one with \
                <code>postern portal login</code>, or for an approver with \
                <code>postern portal login --approver NAME</code>.</p>
                </section>
                """
        )
    }

    private var carried: [(name: String, value: String)] { approval.map { [(LoginPage.approvalField, $0)] } ?? [] }

    private var form: ActionForm {
        if let code, !code.isEmpty {
            return ActionForm(
                action: "/login",
                key: formKey,
                fields: [("code", code)] + carried,
                content: """
                    <p class="lead">Go on if you have asked for this page yourself.</p>
                    <button class="primary wide">Sign in</button>
                    """
            )
        }
        return ActionForm(
            action: "/login",
            key: formKey,
            fields: carried,
            content: """
                <label for="code">Code</label>
                <input id="code" name="code" required autocomplete="one-time-code" autocapitalize="off" \
                autocorrect="off" spellcheck="false" maxlength="200">
                <button class="primary wide">Sign in</button>
                """
        )
    }
}
