internal import PosternCore

extension Administration {
    /// Changes the directory: alone, recorded before it is durable, and in force when this returns.
    func act<Outcome: Sendable>(
        _ action: StaticString,
        by operator: Operator,
        _ body: @escaping @Sendable (inout Act) throws -> Outcome
    ) async throws(AdministrationError) -> Outcome {
        try await settle { try self.perform(AdministrativeAct(action, by: `operator`), body) }
    }

    /// Reads one consistent state.
    func read<Outcome: Sendable>(
        _ body: @escaping @Sendable (any StoreReader) throws -> Outcome
    ) async throws(AdministrationError) -> Outcome {
        try await settle { [store] in try store.read(body) }
    }

    /// Does work alone, with errors as callers know them.
    func settle<Outcome: Sendable>(
        _ work: @escaping @Sendable () throws -> Outcome
    ) async throws(AdministrationError) -> Outcome {
        do { return try await alone(work) } catch { throw AdministrationError(error) }
    }

    /// Does something that is no change of the directory, after it was recorded.
    func recorded(_ action: StaticString, by operator: Operator, _ body: () throws -> Void) throws {
        let act = AdministrativeAct(action, by: `operator`)
        do {
            guard journal.record([act]) else { throw AdministrationError.auditUnavailable }
            try body()
        } catch { throw refuse(act, error) }
    }

    private func perform<Outcome>(
        _ record: AdministrativeAct,
        _ body: (inout Act) throws -> Outcome
    ) throws(AdministrationError) -> Outcome {
        var record = record
        do {
            let (outcome, impact, forgotten) = try store.write { store in
                var act = Act(store: store, now: now(), declared: declared, record: record)
                // Also of an act that is refused it is recorded what it was about.
                defer { record = act.record }
                let outcome = try body(&act)
                guard journal.record(act.records) else { throw AdministrationError.auditUnavailable }
                return (outcome, act.impact, act.forgotten)
            }
            if !forgotten.isEmpty { tellProviders(forgotten) }
            guard try isInForce(impact) else { throw AdministrationError.notInForce }
            return outcome
        } catch { throw refuse(record, error) }
    }

    private func isInForce(_ impact: Impact) throws(AdministrationError) -> Bool {
        guard !impact.isEmpty else { return true }
        do { return try enforce(impact) } catch { throw .notInForce }
    }

    /// Records an act that did not take effect.
    private func refuse(_ act: AdministrativeAct, _ reason: any Error) -> AdministrationError {
        let error = AdministrationError(reason)
        var act = act
        act.refusal = error.code
        journal.note(act)
        return error
    }
}
