internal import CLinux
internal import Dispatch
package import PosternCore

/// The use cases of an operator: every change of the directory is made here, one after another.
///
///     check -> write in one transaction -> audit record -> commit -> in force on every event loop -> answer
///
/// The record is in the log before the change is durable, and the change is in force before the operator is answered; an
/// act that is refused is recorded as refused.
package final class Administration: Sendable {
    let store: any DirectoryStore
    let journal: ActJournal
    let declared: Declared
    /// Nanoseconds since 1970.
    let now: @Sendable () -> Int64
    /// Puts what has changed in force; returns whether it is, on every event loop.
    let enforce: @Sendable (Impact) throws -> Bool
    /// Tells providers that tokens are not used any more; it must not wait.
    let tellProviders: @Sendable ([ForgottenToken]) -> Void
    private let queue = DispatchQueue(label: "postern.administration")

    /// Starts the use cases over a store.
    ///
    /// `reservedNames` are those of the agents in the configuration file; `providerResolver` finds a provider that the
    /// configuration file declares. Those of the store and of the catalogue are found without it.
    package init(
        store: any DirectoryStore,
        sink: any AuditSink,
        reservedNames: @escaping @Sendable () -> Set<String> = { [] },
        providerResolver: @escaping @Sendable (String) throws -> Provider? = { _ in nil },
        now: @escaping @Sendable () -> Int64 = { postern_realtime_ns() },
        tellProviders: @escaping @Sendable ([ForgottenToken]) -> Void = { _ in },
        enforce: @escaping @Sendable (Impact) throws -> Bool
    ) {
        self.store = store
        journal = ActJournal(sink)
        declared = Declared(agentNames: reservedNames, provider: providerResolver)
        self.now = now
        self.tellProviders = tellProviders
        self.enforce = enforce
    }

    /// Does work alone, in the order of the calls; nothing else changes the directory meanwhile.
    package func alone<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Swift.Result { try work() }) }
        }
    }

    /// Does work alone on the calling thread, for what is not asynchronous, such as a reload.
    package func aloneNow<Result>(_ work: () throws -> Result) rethrows -> Result { try queue.sync(execute: work) }
}

/// What the configuration file declares that the store must not contradict.
struct Declared: Sendable {
    let agentNames: @Sendable () -> Set<String>
    let provider: @Sendable (String) throws -> Provider?
}
