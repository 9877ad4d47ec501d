package import PosternAdmin
package import PosternControl
package import PosternCore

/// What the control interface asks of the daemon beside the use cases of administration.
///
/// Each may throw ``ControlRefusal`` or an `AdministrationError`.
package struct ControlServices: Sendable {
    /// A request whose fate is asked for.
    package struct ExplainQuery: Sendable {
        /// A name or id.
        package let agent: String
        package let method: String
        package let url: String
        package let body: String?
    }

    package var status: @Sendable () async throws -> StatusAnswer
    package var explain: @Sendable (ExplainQuery) async throws -> ExplainAnswer
    /// The placeholders of one agent, or of all.
    package var placeholders: @Sendable (_ agent: String?) async throws -> [PlaceholderAnswer]
    /// The providers of the configuration and, if asked for, of the catalogue, without those of the store.
    package var providers: @Sendable (_ includingCatalogue: Bool) async throws -> [ProviderAnswer]
    package var reload: @Sendable (Operator) async throws -> ReloadAnswer
    /// Changes the master key; the source is one of the configuration's kind, `nil` for a file of ours.
    package var rekey: @Sendable (_ source: String?, Operator) async throws -> DoneAnswer
    /// Records that somebody who may not was at the control socket.
    package var recordRefusal: @Sendable (AdministrativeAct) -> Void
    /// `nil` where nobody is asked.
    package var approvals: ApprovalBoard?
    /// `nil` where there is no portal.
    package var portal: PortalAccess?

    package init(
        status: @escaping @Sendable () async throws -> StatusAnswer,
        explain: @escaping @Sendable (ExplainQuery) async throws -> ExplainAnswer,
        placeholders: @escaping @Sendable (String?) async throws -> [PlaceholderAnswer],
        providers: @escaping @Sendable (Bool) async throws -> [ProviderAnswer],
        reload: @escaping @Sendable (Operator) async throws -> ReloadAnswer,
        rekey: @escaping @Sendable (String?, Operator) async throws -> DoneAnswer,
        recordRefusal: @escaping @Sendable (AdministrativeAct) -> Void
    ) {
        self.status = status
        self.explain = explain
        self.placeholders = placeholders
        self.providers = providers
        self.reload = reload
        self.rekey = rekey
        self.recordRefusal = recordRefusal
    }
}
